/**
 * What an agent may leave without rights, met by a runner that is not root, as in a pod: the runner is a process of uid 1000 where these
 * tests are root's, and of whoever runs them elsewhere.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { sessionId } from "@orchestrator/domain/Session"
import { Effect } from "effect"
import { execFileSync, spawn, spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { join } from "node:path"
import { fakeClaude } from "../../fixtures/FakeClaude.ts"
import { podProgram } from "../../fixtures/Programs.ts"
import { git, removeFolder } from "../../fixtures/Remotes.ts"
import { afterFirstAttempt, codeRun, removeShared, resultOf, type Surroundings } from "../../fixtures/Run.ts"

const bin = podProgram("runner")
const isRoot = process.getuid?.() === 0
const somebody = isRoot ? { uid: 1000, gid: 1000 } : {}
/** A checkout may lie where nobody else reads. */
const canRead =
  spawnSync(process.execPath, ["-e", "require('fs').readFileSync(process.argv[1])", bin], somebody).status === 0

const folders: Array<string> = []
afterAll(() => {
  for (const folder of folders) {
    execFileSync("chmod", ["-R", "u+rwX", folder])
    removeFolder(folder)
  }
  removeShared()
}, 60_000)

/** Bash of the agent, or of root, in the workspace. */
const sh = ({ workspace }: Surroundings, script: string, who: object) =>
  execFileSync("bash", ["-ec", script], { cwd: workspace, env: { PATH: process.env["PATH"], HOME: workspace }, ...who })

/** The next run of the tenant. */
const nextRun = Effect.fnUntraced(function*(around: Surroundings, agent: string) {
  const uid = `22222222-3333-4444-8555-${randomBytes(6).toString("hex")}`
  const folder = fakeClaude(join(around.folder, "agent"), `keep; init; say x\n(\n${agent}\n)\ndone_\n`)
  const environment = codeRun(around, { RUN_NAME: "next", RUN_UID: uid, SESSION_ID: sessionId(uid, 1) }, folder)
  if (isRoot) execFileSync("chown", ["-R", "1000:1000", join(around.folder, "agent")])
  const log: Array<string> = []
  yield* Effect.promise(async () => {
    const child = spawn(process.execPath, [bin], { env: environment, stdio: ["ignore", "pipe", "pipe"], ...somebody })
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => log.push(String(chunk)))
    await once(child, "close")
  })
  return {
    result: resultOf(environment),
    log: log.join(""),
    branch: `feature/task-1-implementation-${uid.slice(0, 8)}`
  }
})

const left = Effect.gen(function*() {
  const around = yield* afterFirstAttempt
  folders.push(around.folder)
  if (isRoot) execFileSync("chown", ["-R", "1000:1000", around.folder])
  return around
})

describe.runIf(canRead)("to a runner that is not root", () => {
  it.live.each([
    {
      plant: "a clone whose .git, objects, refs and files nobody may enter or read",
      script:
        "cd target-repo; chmod 000 .git/index .git/HEAD .git/config *.*; mkdir -p a/b; touch a/b/x; chmod 000 a/b a; " +
        "find .git/objects .git/refs -depth -exec chmod a-rwx {} +; chmod 000 .git .",
      root: false
    },
    {
      plant: "a read-only workspace, with our own, the agent's and Go's folders without rights",
      script:
        "mkdir -p .home/go/pkg/mod/m; touch .home/go/pkg/mod/m/f; chmod -R a-w .home/go; chmod 000 .home .claude; " +
        "find .orchestrator -depth -exec chmod a-rwx {} +; chmod 500 .",
      root: false
    },
    {
      plant: "files and folders of root in the tree and among the objects",
      script:
        "cd target-repo; mkdir rooted .git/objects/rooted; touch rooted/x .git/objects/rooted/x; chmod 700 rooted; " +
        "echo evil > package.json; chmod 600 package.json",
      root: true
    },
    { plant: "a clone of root's, as agents that were root leave it", script: "chown -R 0:0 target-repo", root: true },
    {
      plant: "a config folder and our own folder that are root's",
      script: "touch .claude/x; chown -R 0:0 .claude .orchestrator; chmod 700 .claude .orchestrator",
      root: true
    }
  ].filter(({ root }) => isRoot || !root))(
    "$plant: the next run works",
    ({ root, script }) =>
      Effect.gen(function*() {
        const around = yield* left
        sh(around, script, root ? {} : somebody)
        const { branch, log, result } = yield* nextRun(around, "echo mine > mine.txt")
        assert.strictEqual(result.outcome, "Completed", `${result.message}\n${log}`)
        const changed = git(around.remotes.target, "-c", "safe.directory=*", "diff", "--name-only", `main...${branch}`)
        assert.strictEqual(changed, "mine.txt", log)
      })
  )

  it.live.each([
    {
      leaves: "folders that nobody may enter or write, and a file that nobody may read",
      script:
        "mkdir -p shut/in fixed; echo x > shut/in/x; echo x > fixed/x; echo x > secret; chmod 000 shut/in shut secret; " +
        "chmod 500 fixed; chmod 000 .git/index"
    },
    { leaves: "a clone that nobody may enter", script: "find .git -depth -exec chmod a-rwx {} +; chmod 000 ." }
  ])("$leaves is left by an agent, and its work is delivered", ({ script }) =>
    Effect.gen(function*() {
      const around = yield* left
      const { branch, log, result } = yield* nextRun(around, `echo mine > mine.txt\n${script}`)
      assert.strictEqual(result.outcome, "Completed", `${result.message}\n${log}`)
      assert.include(
        git(around.remotes.target, "-c", "safe.directory=*", "diff", "--name-only", `main...${branch}`).split("\n"),
        "mine.txt",
        log
      )
    }))
})
