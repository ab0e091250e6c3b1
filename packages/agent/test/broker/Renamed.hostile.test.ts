/** A repository that was renamed: git is sent on by the host that it asks, to another name there or to somebody else. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { redirection } from "../../src/broker/git/RemoteWords.ts"
import { agentGit } from "../fixtures/AgentGit.ts"
import { branch, gitToken, place, startBroker } from "../fixtures/Broker.ts"
import { gitHttp } from "../fixtures/GitHttp.ts"
import { headOf } from "../fixtures/Remotes.ts"

const start = Effect.fnUntraced(function*(hosts: (host: string) => string, to?: string) {
  const around = yield* place
  const remotes = join(around.folder, "remotes")
  const other = yield* gitHttp(remotes, gitToken)
  const moved = { "/old.git": to ?? "/target.git", "/away.git": `${other.url}/target.git` }
  const remote = yield* gitHttp(remotes, gitToken, { moved })
  writeFileSync(join(around.remotes.target, "config"), "[core]\n\tbare = true\n[http]\n\treceivepack = true\n")
  const broker = yield* startBroker({
    ...around.environment,
    GIT_ALLOW_PROTOCOL: "http",
    GIT_INSTEAD_OF: "{}",
    GIT_ALLOWED_HOSTS: hosts(new URL(remote.url).host),
    REPOSITORY_URL: `${remote.url}/${to === undefined ? "old" : "away"}.git`,
    DOCS_REPOSITORY_URL: `${remote.url}/docs.git`
  })
  const clone = join(around.folder, "clone")
  mkdirSync(clone)
  return { ...around, broker, clone, other, remote, say: agentGit(broker, clone) }
})

describe("a repository that its host knows by another name", () => {
  it.live("is read and written under it, and the name is told once", () =>
    Effect.gen(function*() {
      const { broker, clone, remote, remotes, say } = yield* start((host) => `*,${host}`)
      const cloned = yield* say("clone", "--quiet", `${broker.url}/git/target.git`, ".")
      assert.isTrue(cloned.ok, cloned.words)
      writeFileSync(join(clone, "work.txt"), "x")
      yield* say("add", "--all")
      yield* say("commit", "--quiet", "-m", "Work")
      const pushed = yield* say("push", "origin", `HEAD:refs/heads/${branch}`)
      assert.isTrue(pushed.ok, pushed.words)
      assert.strictEqual(broker.brokerReport().delivery?.headCommit, headOf(remotes.target, branch))
      const lines = broker.log.filter((line) => line.includes(`/old.git is ${remote.url}/target.git now`))
      assert.lengthOf(lines, 1)
    }))

  it.live("does not get the token to another host by a redirect", () =>
    Effect.gen(function*() {
      const { broker, other, say } = yield* start((host) => `*,${host}`, "/target.git")
      yield* say("ls-remote", `${broker.url}/git/target.git`)
      assert.deepStrictEqual([...other.passwords], [])
    }))

  it.live("is not followed to another host where only one may be used", () =>
    Effect.gen(function*() {
      const { broker, other, say } = yield* start((host) => host, "/target.git")
      const said = yield* say("ls-remote", `${broker.url}/git/target.git`)
      assert.isFalse(said.ok)
      assert.deepStrictEqual([...other.passwords], [])
    }))

  it.each<readonly [string, string | undefined]>([
    ["warning: redirecting to https://github.com/acme/new/", "https://github.com/acme/new"],
    ["warning: redirecting to https://github.com/acme/new.git/\nmore", "https://github.com/acme/new.git"],
    ["remote: warning: redirecting to https://evil.example/", undefined],
    ["warning: redirecting to ssh://evil.example/", undefined],
    ["warning: redirecting to https://user:secret@evil.example/", undefined],
    ["", undefined]
  ])("%j names %j", (words, want) => assert.strictEqual(redirection(words), want))
})
