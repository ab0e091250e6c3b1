/** What can go wrong with a remote in the middle of a run, each with the sentence that a person reads. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { agentClone } from "../fixtures/AgentGit.ts"
import { branch, gitToken, place, startBroker } from "../fixtures/Broker.ts"
import { gitHttp, type GitHttpOptions } from "../fixtures/GitHttp.ts"
import { commitTo, fileOf, headOf, refusePushes } from "../fixtures/Remotes.ts"

/** A broker before a remote that wants a token, a clone of it, and a commit to be pushed. */
const start = Effect.fnUntraced(function*(options: GitHttpOptions = {}) {
  const around = yield* place
  const { folder, remotes } = around
  const remote = yield* gitHttp(join(folder, "remotes"), gitToken, options)
  const served = "[core]\n\tbare = true\n[http]\n\treceivepack = true\n[uploadpack]\n\tallowFilter = true\n"
  for (const repository of Object.values(remotes)) writeFileSync(join(repository, "config"), served)
  const broker = yield* startBroker({
    ...around.environment,
    GIT_ALLOW_PROTOCOL: "http",
    GIT_INSTEAD_OF: "{}",
    GIT_ALLOWED_HOSTS: new URL(remote.url).host,
    REPOSITORY_URL: `${remote.url}/target.git`,
    DOCS_REPOSITORY_URL: `${remote.url}/docs.git`
  })
  const { clone, commit, say } = yield* agentClone(broker, folder)
  yield* commit("work.txt")
  const push = say("push", "origin", branch)
  return { broker, clone, commit, push, remote, remotes, say }
})

const hookSaying = (remote: string, name: string, words: string) => {
  mkdirSync(join(remote, "hooks"), { recursive: true })
  writeFileSync(join(remote, "hooks", name), `#!/bin/sh\necho "${words}" >&2\nexit 1\n`, { mode: 0o755 })
}

describe("a push is refused with its reason where", () => {
  it.live("the repository has gone meanwhile, and it gets through once it is back", () =>
    Effect.gen(function*() {
      const { broker, push, remotes } = yield* start()
      renameSync(remotes.target, `${remotes.target}.away`)
      const { ok, words } = yield* push
      assert.isFalse(ok)
      assert.include(words.replace(/\s+/g, " "), "there is no such repository")
      assert.include(broker.brokerReport().problem, "there is no such repository")
      renameSync(`${remotes.target}.away`, remotes.target)
      assert.isTrue((yield* push).ok)
      assert.isUndefined(broker.brokerReport().problem)
      assert.strictEqual(broker.brokerReport().delivery?.headCommit, headOf(remotes.target, branch))
    }))

  it.live("the branch is protected", () =>
    Effect.gen(function*() {
      const { broker, push, remotes } = yield* start()
      hookSaying(remotes.target, "update", "error: GH006: Protected branch update failed for refs/heads/feature.")
      const { ok, words } = yield* push
      assert.isFalse(ok)
      assert.include(words, "remote: error: GH006: Protected branch update failed")
      assert.match(broker.brokerReport().delivery?.pushRefused ?? "", /hook declined.*GH006: Protected branch/)
    }))

  it.live("a hook of the remote has something against it", () =>
    Effect.gen(function*() {
      const { broker, push, remotes } = yield* start()
      refusePushes(remotes.target, "commits must name a ticket")
      const { ok, words } = yield* push
      assert.isFalse(ok)
      assert.include(words, "remote: commits must name a ticket")
      assert.match(broker.brokerReport().delivery?.pushRefused ?? "", /pre-receive hook declined.*must name a ticket/)
    }))

  it.live("somebody pushed to the branch between two of the agent's pushes, until it is merged", () =>
    Effect.gen(function*() {
      const { commit, push, remotes, say } = yield* start()
      assert.isTrue((yield* push).ok)
      commitTo(remotes.target, branch, { "review.txt": "theirs" })
      yield* commit("more.txt")
      assert.match((yield* push).words, /fetch first|non-fast-forward/)
      yield* say("fetch", "--quiet", "origin", branch)
      yield* say("merge", "--quiet", "--no-edit", "FETCH_HEAD")
      const merged = yield* push
      assert.isTrue(merged.ok, merged.words)
      assert.strictEqual(fileOf(remotes.target, branch, "review.txt"), "theirs")
    }))

  it.live("somebody pushed to the branch while the push was under way", () =>
    Effect.gen(function*() {
      const { broker, commit, push, remote, remotes } = yield* start()
      assert.isTrue((yield* push).ok)
      let theirs = ""
      remote.beforePush(() => {
        theirs = commitTo(remotes.target, branch, { "review.txt": "theirs" })
      })
      yield* commit("more.txt")
      const { ok, words } = yield* push
      assert.isFalse(ok)
      assert.match(words, /fetch first|non-fast-forward/)
      assert.match(broker.brokerReport().delivery?.pushRefused ?? "", /fetch first|non-fast-forward/)
      assert.strictEqual(headOf(remotes.target, branch), theirs)
      assert.strictEqual(broker.brokerReport().delivery?.headCommit, theirs)
    }))

  it.live("somebody pushed to the branch while the run was writing it anew", () =>
    Effect.gen(function*() {
      const { push, remote, remotes, say } = yield* start()
      assert.isTrue((yield* push).ok)
      let theirs = ""
      remote.beforePush(() => {
        theirs = commitTo(remotes.target, branch, { "review.txt": "theirs" })
      })
      yield* say("commit", "--quiet", "--amend", "-m", "Better said")
      const { ok, words } = yield* say("push", "--force", "origin", branch)
      assert.isFalse(ok)
      assert.include(words, "stale info")
      assert.strictEqual(headOf(remotes.target, branch), theirs)
    }))

  it.live("the network is cut in the middle of it, and it gets through afterwards", () =>
    Effect.gen(function*() {
      const { broker, push, remote, remotes } = yield* start()
      remote.cutPushes(true)
      const { ok, words } = yield* push
      assert.isFalse(ok)
      assert.include(words.replace(/\s+/g, " "), "the connection broke off")
      assert.match(
        broker.brokerReport().delivery?.pushRefused ?? "",
        /^the remote could not be reached: the connection broke off/
      )
      assert.isUndefined(headOf(remotes.target, branch))
      remote.cutPushes(false)
      assert.isTrue((yield* push).ok)
      assert.isUndefined(broker.brokerReport().delivery?.pushRefused)
    }))
})
