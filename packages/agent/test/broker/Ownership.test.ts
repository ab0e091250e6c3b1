/** Whose a branch is: a run is credited with what it put there itself, and others' commits are never its own to rewrite. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { agentClone } from "../fixtures/AgentGit.ts"
import { branch, gitToken, place, startBroker } from "../fixtures/Broker.ts"
import { gitHub } from "../fixtures/github/GitHub.ts"
import { commitTo, git, headOf } from "../fixtures/Remotes.ts"

const packet = (text: string) => `${(text.length + 4).toString(16).padStart(4, "0")}${text}`

const start = Effect.fnUntraced(function*(changes: Readonly<Record<string, string>> = {}) {
  const around = yield* place
  const { folder, remotes } = around
  const forge = yield* gitHub({ token: gitToken, repositories: { "acme/target": remotes.target } })
  const environment = {
    ...around.environment,
    FORGE_GITHUB_HOSTS: JSON.stringify({ "github.com": forge.url }),
    ...changes
  }
  const broker = yield* startBroker(environment)
  const send = (path: string, body: string | Uint8Array<ArrayBuffer>) =>
    Effect.promise(async () => {
      const response = await fetch(`${broker.url}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${broker.token}`, "content-type": "application/json" },
        body
      })
      return response.text()
    })
  const { commit, say } = yield* agentClone(broker, folder)
  const deliver = send("/run/deliver", JSON.stringify({ summary: "Done." }))
  /** A push of what is there already, which no git sends. */
  const claim = (head: string) =>
    send(
      "/git/target.git/git-receive-pack",
      Buffer.concat([
        Buffer.from(`${packet(`${head} ${head} refs/heads/${branch}\0report-status\n`)}0000PACK`),
        Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]),
        Buffer.alloc(20)
      ])
    )
  return { broker, claim, commit, deliver, environment, folder, forge, remotes, say }
})

describe("a branch that somebody else made after it was chosen", () => {
  it.live("is not the run's delivery, also when it says that it pushed it", () =>
    Effect.gen(function*() {
      const { broker, claim, deliver, forge, remotes, say } = yield* start()
      const theirs = commitTo(remotes.target, branch, { "theirs.txt": "x" })
      assert.include(yield* deliver, "\"changed\":false")
      yield* say("fetch", "--quiet", "origin", branch)
      assert.include(yield* claim(theirs), `ok refs/heads/${branch}`)
      yield* deliver
      const { delivery } = broker.brokerReport()
      assert.isFalse(delivery?.changed)
      assert.isUndefined(delivery?.headCommit)
      assert.isUndefined(delivery?.pullRequestUrl)
      assert.lengthOf(forge.pulls, 0)
    }))

  it.live("holds no work of a run that put nothing but its base there", () =>
    Effect.gen(function*() {
      const { broker, deliver, forge, remotes, say } = yield* start()
      assert.isTrue((yield* say("push", "origin", branch)).ok)
      commitTo(remotes.target, branch, { "theirs.txt": "x" })
      yield* deliver
      assert.isFalse(broker.brokerReport().delivery?.changed)
      assert.lengthOf(forge.pulls, 0)
    }))
})

describe("a push whose answer was lost", () => {
  it.live("is known as the run's by the broker that is started next", () =>
    Effect.gen(function*() {
      const { broker, commit, deliver, environment, folder, remotes, say } = yield* start()
      yield* commit("one.txt")
      assert.isTrue((yield* say("push", "origin", branch)).ok)
      yield* broker.stop
      const stateFile = join(folder, "state", "target.json")
      const { ownHead, ...state } = JSON.parse(readFileSync(stateFile, "utf8"))
      writeFileSync(stateFile, JSON.stringify({ ...state, offered: { commit: ownHead } }))
      const next = yield* startBroker(environment)
      yield* deliver
      assert.strictEqual(next.brokerReport().delivery?.headCommit, headOf(remotes.target, branch))
      yield* say("commit", "--quiet", "--amend", "-m", "Better said")
      const amended = yield* say("push", "--force", "origin", branch)
      assert.isTrue(amended.ok, amended.words)
    }))
})

describe("what others pushed", () => {
  it.live("cannot be rewritten by a run that has merged it or says that it pushed it", () =>
    Effect.gen(function*() {
      const { claim, commit, remotes, say } = yield* start()
      yield* commit("one.txt")
      assert.isTrue((yield* say("push", "origin", branch)).ok)
      const before = headOf(remotes.target, branch)
      const theirs = commitTo(remotes.target, branch, { "review.txt": "theirs" })
      yield* say("fetch", "--quiet", "origin", branch)
      assert.include(yield* claim(theirs), `ok refs/heads/${branch}`)
      yield* commit("two.txt")
      const dropped = yield* say("push", "--force", "origin", branch)
      assert.isFalse(dropped.ok, dropped.words)
      assert.strictEqual(headOf(remotes.target, branch), theirs)

      yield* say("merge", "--quiet", "--no-edit", "FETCH_HEAD")
      const merged = yield* say("push", "origin", branch)
      assert.isTrue(merged.ok, merged.words)
      yield* say("reset", "--quiet", "--hard", `${before}`)
      yield* commit("three.txt")
      const rewritten = yield* say("push", "--force", "origin", branch)
      assert.isFalse(rewritten.ok, rewritten.words)
      git(remotes.target, "merge-base", "--is-ancestor", theirs, branch)
    }))
})
