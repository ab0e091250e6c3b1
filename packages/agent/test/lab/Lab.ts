/**
 * What people's repositories and their agents do to a workspace, as cases: a repository, what its agent does, what is delivered and said,
 * and what the next run of the service finds. Runner, git and the controller's judgement are real; the agent is a script.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { judge } from "../../../../tools/agent/Judgement.ts"
import { fakeClaude } from "../fixtures/FakeClaude.ts"
import {
  git,
  headOf,
  plainEnvironment,
  refusePushes,
  removeFolder,
  removeOriginals,
  tempFolder
} from "../fixtures/Remotes.ts"
import { codeRun, copyOf, docsRun, execute, messageOf, type Surroundings, surroundings } from "../fixtures/Run.ts"

export interface LabCase {
  readonly name: string
  /** Done in a clone of the target (for a DocsRun: of the docs) before the first run, committed and pushed to `main`. */
  readonly repository?: string
  /** Done by the agent in its clone. */
  readonly agent: string
  readonly kind?: "CodeRun" | "DocsRun"
  readonly environment?: Readonly<Record<string, string>>
  /** The run's reason: `Delivered`, or that with which it failed. */
  readonly ends: string
  /** Text of files on the run's branch; undefined for a file that is not there. */
  readonly delivers?: Readonly<Record<string, string | undefined>>
  /** Paths in which the run's branch differs from `main`, all of them. */
  readonly changes?: ReadonlyArray<string>
  /** Parts of the status's message. */
  readonly says?: ReadonlyArray<string>
  /** Parts of the agent's prompt. */
  readonly prompt?: ReadonlyArray<string>
  /** Parts of the log. */
  readonly logs?: ReadonlyArray<string>
  /** The words with which the remote refuses every push. */
  readonly refuses?: string
  /** Done in the clone before the next run: what one that was killed may leave. */
  readonly aftermath?: string
  /** Whether another run can deliver afterwards; it can unless this says no. */
  readonly next?: false
}

interface LabRun {
  readonly reason: string
  readonly message: string
  readonly log: string
  readonly branch: string | undefined
  readonly prompt: string
}

/** Bash as a person types it: no settings of this machine. */
const sh = (folder: string, script: string): void => {
  execFileSync("bash", ["-ec", script], {
    cwd: folder,
    env: plainEnvironment,
    stdio: ["ignore", "ignore", "pipe"]
  })
}

const push = (remote: string, script: string) => {
  const clone = tempFolder()
  sh(
    clone,
    `git clone -q ${remote} . && (\n${script}\n) && (git diff --cached --quiet || git commit -qm Before) && git push -q origin HEAD:main`
  )
  removeFolder(clone)
}

/** A service: its remotes, its workspace, and the runs that come one after the other. */
const makeService = (repository?: string, kind: LabCase["kind"] = "CodeRun") => {
  const around = surroundings()
  if (repository !== undefined) push(kind === "CodeRun" ? around.remotes.target : around.remotes.docs, repository)
  return around
}

/** Of a run's own, so that each is another run of the same service. */
const newUid = () => `${randomBytes(4).toString("hex")}-1111-4222-8333-${randomBytes(6).toString("hex")}`

const runOnce = (
  around: Surroundings,
  script: string,
  options: Pick<LabCase, "kind" | "environment"> & { readonly uid?: string } = {}
) =>
  Effect.gen(function*() {
    const folder = join(around.folder, "agent")
    rmSync(folder, { recursive: true, force: true })
    const agent = fakeClaude(folder, `keep; init; say x\n(\n${script}\n) </dev/null >"$here/output" 2>&1\ndone_\n`)
    const place = { ...around, uid: options.uid ?? newUid() }
    const run = options.kind === "DocsRun" ? docsRun : codeRun
    const environment = run(place, options.environment ?? {}, agent)
    const { exitCode = -1, log, result } = yield* execute(environment)
    const { message, reason } = judge({
      exitCode,
      runnerReport: messageOf(environment),
      brokerReport: undefined,
      brokered: false,
      cancelled: false
    })
    const made: LabRun = {
      reason,
      message,
      log: log.join("\n"),
      branch: result.delivery?.branch,
      prompt: existsSync(join(folder, "prompt.1")) ? readFileSync(join(folder, "prompt.1"), "utf8") : ""
    }
    return made
  })

const contentOf = (remote: string, branch: string, path: string): string | undefined => {
  try {
    return git(remote, "show", `refs/heads/${branch}:${path}`)
  } catch {
    return undefined
  }
}

/** Paths that a branch has changed since it left `main`. */
const changesOf = (remote: string, branch: string): ReadonlyArray<string> =>
  git(remote, "diff", "--name-only", "-z", `main...${branch}`).split("\0").filter((path) => path !== "")

/** The next run of the service: it delivers its own work and nothing else. */
const nextDelivers = Effect.fnUntraced(function*(around: Surroundings, before: string) {
  const next = yield* runOnce(around, "echo next > next.txt")
  assert.strictEqual(next.reason, "Delivered", `the next run, after:\n${before}\n---\n${next.message}\n${next.log}`)
  assert.deepStrictEqual(changesOf(around.remotes.target, next.branch ?? ""), ["next.txt"], next.log)
})

const remoteOf = ({ remotes }: Surroundings, kind: LabCase["kind"]) =>
  kind === "DocsRun" ? remotes.docs : remotes.target

const firstRun = Effect.fnUntraced(function*(expected: LabCase) {
  const around = makeService(expected.repository, expected.kind)
  if (expected.refuses !== undefined) refusePushes(remoteOf(around, expected.kind), expected.refuses)
  return { around, run: yield* runOnce(around, expected.agent, expected) }
})

type FirstRun = Effect.Success<ReturnType<typeof firstRun>>

const firstRuns = new Map<string, Promise<FirstRun>>()

/** Cases that differ in what happens after the first run have it in common; each goes on in a copy. */
const sharedFirstRun = (expected: LabCase): Effect.Effect<FirstRun> => {
  const { aftermath: _, name: __, ...same } = expected
  const key = JSON.stringify(same)
  const made = firstRuns.get(key) ?? Effect.runPromise(firstRun(expected))
  firstRuns.set(key, made)
  return Effect.promise(() => made).pipe(Effect.map(({ around, run }) => ({ around: copyOf(around), run })))
}

const check = Effect.fnUntraced(function*(expected: LabCase) {
  const { around, run } = yield* expected.aftermath === undefined ? firstRun(expected) : sharedFirstRun(expected)
  const remote = remoteOf(around, expected.kind)
  const details = `${run.message}\n---\n${run.log}\n---\n${run.prompt}`
  assert.strictEqual(run.reason, expected.ends, details)
  for (const words of expected.says ?? []) assert.include(run.message, words, details)
  for (const words of expected.prompt ?? []) assert.include(run.prompt, words, details)
  for (const words of expected.logs ?? []) assert.include(run.log, words, details)
  for (const [path, text] of Object.entries(expected.delivers ?? {})) {
    assert.strictEqual(contentOf(remote, run.branch ?? "", path), text, `${path}\n${details}`)
  }
  if (expected.changes !== undefined) {
    assert.deepStrictEqual(changesOf(remote, run.branch ?? ""), expected.changes, details)
  }
  if (run.reason !== "Delivered" && expected.delivers === undefined && run.branch !== undefined) {
    assert.isUndefined(headOf(remote, run.branch), details)
  }
  if (expected.aftermath !== undefined) sh(around.clone, expected.aftermath)
  if (expected.kind !== "DocsRun" && expected.next !== false) yield* nextDelivers(around, details)
  sh(around.folder, "chmod -R u+rwx . 2>/dev/null || true")
  removeFolder(around.folder)
})

/** The cases as tests, each followed by a run of somebody else on the same workspace. */
export const lab = (cases: ReadonlyArray<LabCase>): void => {
  afterAll(async () => {
    for (const { around } of await Promise.all(firstRuns.values())) removeFolder(around.folder)
    firstRuns.clear()
    removeOriginals()
  })
  describe.concurrent("case", () => {
    it.live.each(cases)("$name", (given) => check(given))
  })
}
