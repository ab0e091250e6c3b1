/** A repository that can be read and not written: said before the agent starts, and only where the remote itself says no. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { refusesWrites } from "../../src/broker/git/WriteAccess.ts"
import { gitToken } from "../fixtures/Broker.ts"
import { brokerFor } from "../fixtures/BrokerProcess.ts"
import { fakeClaude } from "../fixtures/FakeClaude.ts"
import { gitHttp, type GitHttpOptions } from "../fixtures/GitHttp.ts"
import { headOf, removeFolder } from "../fixtures/Remotes.ts"
import { codeRun, docsRun, execute, surroundings } from "../fixtures/Run.ts"

const access = (words: string) => `fatal: unable to access 'https://h.test/acme/target.git/': ${words}`

describe("a remote's no is certain:", () => {
  it.each([
    access("The requested URL returned error: 403"),
    access("The requested URL returned error: 404"),
    "remote: Permission to acme/target.git denied to robo-dev.",
    "remote: Write access to repository not granted.",
    "remote: This repository was archived so it is read-only.",
    "remote: You are not allowed to push code to this project.",
    "remote: Repository not found.",
    "ERROR: Permission to acme/target.git denied to deploy key",
    "ERROR: The key you are authenticating with has been marked as read only.",
    "fatal: could not read Username for 'https://h.test': terminal prompts disabled",
    "remote: HTTP Basic: Access denied | fatal: Authentication failed for 'https://h.test/'",
    "fatal: unable to access 'https://h.test/acme/maintenance-app.git/': The requested URL returned error: 403",
    "remote: Permission to acme/try-again-abuse.git denied to robo-dev."
  ])("%s", (words) => assert.isTrue(refusesWrites(words)))
})

describe("what may pass, or says nothing of rights, stops no run:", () => {
  it.each([
    access("Could not resolve host: h.test"),
    access("Failed to connect to h.test port 443: Connection refused"),
    access("The requested URL returned error: 429"),
    access("The requested URL returned error: 500"),
    access("The requested URL returned error: 503"),
    `remote: You have exceeded a secondary rate limit. | ${access("The requested URL returned error: 403")}`,
    `remote: The site is in maintenance mode. | ${access("The requested URL returned error: 403")}`,
    "fatal: unable to access 'https://h.test/acme/archived-apps.git/': Failed sending data to the peer",
    "fatal: unable to access 'https://h.test/read-only/not-found.git/': GnuTLS recv error (-110)",
    "git@h.test:acme/archived.git: the remote end hung up",
    "fatal: the remote end hung up unexpectedly",
    "error: RPC failed; curl 56 Recv failure: Connection reset by peer",
    "no answer within 30 seconds",
    "error: failed to push some refs to 'https://h.test/acme/target.git'",
    "fatal: protocol error: bad line length character: <htm",
    ""
  ])("\"%s\"", (words) => assert.isFalse(refusesWrites(words)))
})

const run = Effect.fnUntraced(function*(kind: "CodeRun" | "DocsRun", options: GitHttpOptions) {
  const around = yield* Effect.acquireRelease(
    Effect.sync(surroundings),
    ({ folder }) => Effect.sync(() => removeFolder(folder))
  )
  const remote = yield* gitHttp(join(around.folder, "remotes"), gitToken, options)
  const served = "[core]\n\tbare = true\n[http]\n\treceivepack = true\n[uploadpack]\n\tallowFilter = true\n"
  for (const repository of Object.values(around.remotes)) writeFileSync(join(repository, "config"), served)
  const agent = fakeClaude(
    join(around.folder, "agent"),
    "keep; init; say x\necho x > x.txt\nmkdir -p .taskmaster/docs\necho x > .taskmaster/docs/x\ndone_\n"
  )
  const docs = `${remote.url}/docs.git`
  const changes = {
    GIT_ALLOW_PROTOCOL: "http",
    GIT_ALLOWED_HOSTS: new URL(remote.url).host,
    REPOSITORY_URL: kind === "CodeRun" ? `${remote.url}/target.git` : docs,
    ...(kind === "CodeRun" ? { DOCS_REPOSITORY_URL: docs } : {})
  }
  const given = kind === "CodeRun" ? codeRun(around, changes, agent) : docsRun(around, changes, agent)
  const broker = yield* brokerFor(around, given)
  const { log, result } = yield* execute(broker.environment)
  return { ...around, broker, log, remote, result, started: existsSync(join(around.folder, "agent", "calls")) }
})

describe("a run", () => {
  it.live.each(["CodeRun", "DocsRun"] as const)(
    "that may not push ends before its agent starts (%s)",
    (kind) =>
      Effect.gen(function*() {
        const { broker, log, result, started } = yield* run(kind, { access: "read" })
        assert.deepStrictEqual(
          [result.outcome, result.reason, started],
          ["Failed", "SetupFailed", false],
          log.join("\n")
        )
        for (const words of [result.message, broker.brokerReport().problem]) {
          assert.include(words, "give the user, the token or the key write access")
          assert.match(words ?? "", /cannot (?:be pushed to|push to)/)
        }
        assert.isUndefined(broker.brokerReport().delivery)
      })
  )

  it.live("is not stopped by a host that is busy, which it is told at the end", () =>
    Effect.gen(function*() {
      const { broker, log, remotes, result, started } = yield* run("CodeRun", { access: "busy" })
      assert.deepStrictEqual([result.outcome, started], ["Completed", true], log.join("\n"))
      assert.match(result.delivery?.pushRefused ?? "", /^the remote could not be reached/)
      assert.match(broker.brokerReport().delivery?.pushRefused ?? "", /^the remote could not be reached/)
      assert.isUndefined(headOf(remotes.target, "feature/task-1-implementation"))
    }))

  it.live("that may push asks once", () =>
    Effect.gen(function*() {
      const { log, remote, result } = yield* run("CodeRun", {})
      assert.strictEqual(result.outcome, "Completed", log.join("\n"))
      // By the look before, and by the push itself.
      assert.strictEqual(remote.pushQuestions(), 2)
    }))
})
