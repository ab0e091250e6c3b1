import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { randomBytes } from "node:crypto"
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { agentGit } from "../fixtures/AgentGit.ts"
import {
  branch,
  brokerReportAt,
  brokerThatGivesUp,
  gitToken,
  place,
  runUid,
  startBroker,
  until,
  visible
} from "../fixtures/Broker.ts"
import { commitTo, fileOf, git, headOf, refusePushes } from "../fixtures/Remotes.ts"

const own = `${branch}-3f9c2a1b`

const start = Effect.fnUntraced(function*(changes: Readonly<Record<string, string>> = {}) {
  const around = yield* place
  const environment = { ...around.environment, ...changes }
  const broker = yield* startBroker(environment)
  const clone = join(around.folder, "clone")
  mkdirSync(clone)
  const say = agentGit(broker, clone)
  /** A clone with the run's branch checked out. */
  const cloned = say("clone", "--quiet", `${broker.url}/git/target.git`, ".").pipe(
    Effect.tap(({ ok, words }) => Effect.sync(() => assert.isTrue(ok, words))),
    Effect.andThen(say("checkout", "--quiet", "-B", branch))
  )
  const commit = (name: string, text = name) => {
    writeFileSync(join(clone, name), text)
    return say("add", "--all").pipe(Effect.andThen(say("commit", "--quiet", "-m", `Add ${name}`)))
  }
  return { ...around, environment, broker, clone, cloned, commit, say }
})

const refsOf = (remote: string) => git(remote, "for-each-ref")

describe("reading through the broker", () => {
  it.live("clones both repositories, as upstream has them now", () =>
    Effect.gen(function*() {
      const { broker, clone, cloned, remotes, say } = yield* start()
      yield* cloned
      assert.isTrue(existsSync(join(clone, "src", "routes.js")))
      const docs = yield* say("ls-remote", `${broker.url}/git/docs.git`)
      assert.include(docs.words, headOf(remotes.docs, "main") ?? "no head")
      const later = commitTo(remotes.target, "main", { "later.txt": "x" })
      yield* say("fetch", "--quiet")
      assert.include((yield* say("rev-parse", "origin/main")).words, later)
    }))

  it.live("serves no other repository", () =>
    Effect.gen(function*() {
      const { broker, say } = yield* start()
      for (const path of ["/git/other.git", "/git/../../etc/target.git", "/git/docs.git/../../x.git", "/git/"]) {
        assert.isFalse((yield* say("ls-remote", `${broker.url}${path}`)).ok, path)
      }
    }))

  it.live("serves nobody with another token", () =>
    Effect.gen(function*() {
      const { broker, clone } = yield* start()
      const { ok, words } = yield* agentGit({ ...broker, token: "0".repeat(64) }, clone)(
        "ls-remote",
        `${broker.url}/git/target.git`
      )
      assert.isFalse(ok)
      assert.match(words, /Authentication failed|could not read Username/)
    }))

  it.live("says in a sentence what is wrong upstream", () =>
    Effect.gen(function*() {
      const { broker, say } = yield* start({ REPOSITORY_URL: "https://github.com/acme/nothing.git" })
      const { ok, words } = yield* say("ls-remote", `${broker.url}/git/target.git`)
      assert.isFalse(ok)
      assert.include(words, "remote error: cannot read https://github.com/acme/nothing.git")
      assert.include(broker.brokerReport().problem, "https://github.com/acme/nothing.git")
    }))

  it.live("does not start for a host that is not allowed", () =>
    Effect.gen(function*() {
      const around = yield* place
      const environment = { ...around.environment, GIT_ALLOWED_HOSTS: "git.example.test, gitlab.com" }
      assert.strictEqual(yield* brokerThatGivesUp(environment), 1)
      assert.include(brokerReportAt(environment).problem, "REPOSITORY_URL")
      assert.include(brokerReportAt(environment).problem, "git.example.test")
    }))
})

describe("writing through the broker", () => {
  it.live("acknowledges a push when upstream has it, and reports what upstream shows", () =>
    Effect.gen(function*() {
      const { broker, cloned, commit, remotes, say } = yield* start()
      yield* cloned
      yield* commit("work.txt")
      const { ok, words } = yield* say("push", "origin", branch)
      assert.isTrue(ok, words)
      const head = headOf(remotes.target, branch)
      assert.strictEqual((yield* say("rev-parse", "HEAD")).words.trim(), head)
      const { delivery } = broker.brokerReport()
      assert.strictEqual(delivery?.branch, branch)
      assert.strictEqual(delivery?.headCommit, head)
      assert.isTrue(delivery?.changed)
      assert.isDefined(delivery?.verifiedAt)
    }))

  it.live("hands on what upstream says when it refuses, and keeps no ref", () =>
    Effect.gen(function*() {
      const { broker, cloned, commit, remotes, say } = yield* start()
      yield* cloned
      yield* commit("work.txt")
      refusePushes(remotes.target, "policy: no work on Sundays")
      const { ok, words } = yield* say("push", "origin", branch)
      assert.isFalse(ok)
      assert.include(words, "no work on Sundays")
      assert.isUndefined(headOf(remotes.target, branch))
      assert.include(broker.brokerReport().delivery?.pushRefused, "no work on Sundays")
      assert.notInclude((yield* say("ls-remote", "origin")).words, branch)
    }))

  it.live("forgets a refusal once a push got through", () =>
    Effect.gen(function*() {
      const { broker, cloned, commit, remotes, say } = yield* start()
      yield* cloned
      yield* commit("work.txt")
      refusePushes(remotes.target, "not now")
      yield* say("push", "origin", branch)
      chmodSync(join(remotes.target, "hooks", "pre-receive"), 0o644)
      assert.isTrue((yield* say("push", "origin", branch)).ok)
      assert.isUndefined(broker.brokerReport().delivery?.pushRefused)
    }))

  it.live("refuses every other ref with a sentence", () =>
    Effect.gen(function*() {
      const { cloned, commit, remotes, say } = yield* start()
      yield* cloned
      yield* commit("work.txt")
      const before = refsOf(remotes.target)
      const cases: ReadonlyArray<readonly [push: ReadonlyArray<string>, want: string]> = [
        [["HEAD:main"], "main cannot be pushed to"],
        [["HEAD:refs/heads/elsewhere"], "elsewhere cannot be pushed to"],
        [["HEAD:refs/tags/v1"], "tags cannot be pushed"],
        [["HEAD:refs/notes/commits"], "refs/notes/commits cannot be pushed to"],
        [[":main"], "main cannot be pushed to"],
        [[branch, "HEAD:main"], "main cannot be pushed to"]
      ]
      for (const [push, want] of cases) {
        const { ok, words } = yield* say("push", "--force", "origin", ...push)
        assert.isFalse(ok, push.join(" "))
        assert.include(words, want)
        assert.strictEqual(refsOf(remotes.target), before, push.join(" "))
      }
    }))

  it.live("refuses to delete the run's branch, and to put something else than a commit there", () =>
    Effect.gen(function*() {
      const { cloned, commit, remotes, say } = yield* start()
      yield* cloned
      yield* commit("work.txt")
      yield* say("push", "origin", branch)
      const head = headOf(remotes.target, branch)
      const deleted = yield* say("push", "origin", `:${branch}`)
      assert.include(deleted.words, "cannot be deleted")
      const tree = (yield* say("rev-parse", "HEAD^{tree}")).words.trim()
      assert.isFalse((yield* say("push", "--force", "origin", `${tree}:refs/heads/${branch}`)).ok)
      assert.strictEqual(headOf(remotes.target, branch), head)
    }))

  it.live("refuses to rewrite what others have done on the branch, and says to merge it", () =>
    Effect.gen(function*() {
      const { cloned, commit, remotes, say } = yield* start()
      yield* cloned
      yield* commit("work.txt")
      yield* say("push", "origin", branch)
      const theirs = commitTo(remotes.target, branch, { "review.txt": "a reviewer's" })
      yield* say("commit", "--quiet", "--amend", "-m", "Rewritten")
      const { ok, words } = yield* say("push", "--force", "origin", branch)
      assert.isFalse(ok)
      assert.include(words, "merge them instead")
      assert.strictEqual(headOf(remotes.target, branch), theirs)
    }))

  it.live("lets a run rewrite what it pushed itself, down to what was there before it", () =>
    Effect.gen(function*() {
      const around = yield* start({ KNOWN_BRANCH: branch, KNOWN_HEAD: "0".repeat(40) })
      const { cloned, commit, remotes, say } = around
      const before = commitTo(remotes.target, branch, { "earlier.txt": "x" })
      yield* cloned
      yield* say("reset", "--quiet", "--hard", `origin/${branch}`)
      yield* commit("work.txt")
      yield* say("push", "origin", branch)
      yield* say("commit", "--quiet", "--amend", "-m", "Better said")
      const amended = yield* say("push", "--force", "origin", branch)
      assert.isTrue(amended.ok, amended.words)
      assert.strictEqual(git(remotes.target, "log", "-1", "--format=%s", branch), "Better said")
      const head = headOf(remotes.target, branch)
      yield* say("reset", "--quiet", "--hard", "origin/main")
      yield* commit("fresh.txt")
      const dropped = yield* say("push", "--force", "origin", branch)
      assert.include(dropped.words, "had before this run")
      assert.strictEqual(headOf(remotes.target, branch), head)
      assert.strictEqual(git(remotes.target, "merge-base", before, branch), before)
    }))

  it.live("takes the run's own branch where the task's belongs to somebody else", () =>
    Effect.gen(function*() {
      const around = yield* place
      const theirs = commitTo(around.remotes.target, branch, { "theirs.txt": "x" })
      const broker = yield* startBroker(around.environment)
      const clone = join(around.folder, "clone")
      mkdirSync(clone)
      const say = agentGit(broker, clone)
      yield* say("clone", "--quiet", `${broker.url}/git/target.git`, ".")
      assert.include((yield* say("push", "--force", "origin", `HEAD:refs/heads/${branch}`)).words, `may write ${own}`)
      assert.isTrue((yield* say("push", "origin", `HEAD:refs/heads/${own}`)).ok)
      assert.strictEqual(headOf(around.remotes.target, branch), theirs)
      assert.isFalse(broker.brokerReport().delivery?.changed)
    }))

  it.live("knows the task's branch as its own by the commits on it", () =>
    Effect.gen(function*() {
      const around = yield* place
      commitTo(around.remotes.target, branch, { "ours.txt": "x" })
      const clone = join(around.folder, "by-hand")
      mkdirSync(clone)
      git(clone, "clone", "--quiet", "--branch", branch, around.remotes.target, ".")
      git(clone, "commit", "--quiet", "--allow-empty", "-m", "wip", "-m", `Orchestrator-Run: ${runUid}`)
      git(clone, "push", "--quiet", "origin", branch)
      const broker = yield* startBroker(around.environment)
      const said = yield* Effect.promise(() =>
        fetch(`${broker.url}/run`, { headers: { authorization: `Bearer ${broker.token}` } }).then((response) =>
          response.text()
        )
      )
      assert.include(said, `"branch":"${branch}","base":"main"`)
    }))

  it.live("never writes to the docs repository", () =>
    Effect.gen(function*() {
      const { broker, clone, remotes, say } = yield* start()
      yield* say("clone", "--quiet", `${broker.url}/git/docs.git`, clone)
      const before = refsOf(remotes.docs)
      const { ok, words } = yield* say("push", `${broker.url}/git/docs.git`, `HEAD:refs/heads/${branch}`)
      assert.isFalse(ok)
      assert.include(words, "docs.git can only be read")
      const forced = yield* Effect.promise(() =>
        fetch(`${broker.url}/git/docs.git/git-receive-pack`, {
          method: "POST",
          body: "0000",
          headers: { authorization: `Bearer ${broker.token}` }
        })
      )
      assert.strictEqual(forced.status, 403)
      assert.strictEqual(refsOf(remotes.docs), before)
    }))

  it.live("refuses a pack that is too large", () =>
    Effect.gen(function*() {
      const { broker, cloned, clone, remotes, say } = yield* start({ MAX_PUSH_MEBIBYTES: "1" })
      yield* cloned
      writeFileSync(join(clone, "huge.bin"), randomBytes(3_000_000))
      yield* say("add", "--all")
      yield* say("commit", "--quiet", "-m", "Huge")
      const { ok, words } = yield* say("push", "origin", branch)
      assert.isFalse(ok)
      assert.include(words, "larger than 1 MiB")
      assert.isUndefined(headOf(remotes.target, branch))
      assert.isUndefined(broker.brokerReport().delivery?.headCommit)
    }))

  it.live("takes nothing of the agent's repository but objects", () =>
    Effect.gen(function*() {
      const { broker, clone, cloned, commit, environment, folder, say, ...around } = yield* start()
      yield* cloned
      const trap = join(folder, "trapped")
      writeFileSync(join(clone, ".gitattributes"), "* filter=evil diff=evil\n")
      mkdirSync(join(clone, "hooks"))
      writeFileSync(join(clone, "hooks", "pre-receive"), `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 })
      writeFileSync(join(clone, "config"), `[core]\n\tsshCommand = touch ${trap}\n\tfsmonitor = touch ${trap}\n`)
      yield* commit("work.txt")
      const { ok, words } = yield* say("push", "origin", branch)
      assert.isTrue(ok, words)
      assert.isFalse(existsSync(trap))
      const state = environment["BROKER_STATE_DIR"] ?? ""
      assert.deepStrictEqual(readdirSync(state).filter((name) => /^(push|body)-/.test(name)), [])
      assert.notInclude(visible({ ...around, environment, folder }, broker) + words, gitToken)
    }))

  it.live("finishes a push in flight when it is told to end", () =>
    Effect.gen(function*() {
      const { broker, cloned, commit, environment, remotes, say } = yield* start({ BROKER_GRACE_SECONDS: "60" })
      yield* cloned
      yield* commit("work.txt")
      const hook = join(remotes.target, "hooks", "pre-receive")
      mkdirSync(join(remotes.target, "hooks"), { recursive: true })
      writeFileSync(hook, `#!/bin/sh\ntouch "$GIT_DIR/begun"\nsleep 1\n`, { mode: 0o755 })
      const push = yield* Effect.forkChild(say("push", "origin", branch))
      yield* until(() => existsSync(join(remotes.target, "begun")))
      yield* broker.stop
      const { ok, words } = yield* Fiber.join(push)
      assert.isTrue(ok, words)
      assert.strictEqual(fileOf(remotes.target, branch, "work.txt"), "work.txt")
      assert.strictEqual(brokerReportAt(environment).delivery?.headCommit, headOf(remotes.target, branch))
    }))

  it.live("goes on after a restart, at the same address, with what it knew", () =>
    Effect.gen(function*() {
      const { broker, cloned, commit, environment, remotes, say } = yield* start()
      yield* cloned
      yield* commit("work.txt")
      yield* say("push", "origin", branch)
      yield* broker.stop
      const again = yield* startBroker(environment)
      assert.strictEqual(again.url, broker.url)
      assert.strictEqual(again.token, broker.token)
      assert.strictEqual(again.brokerReport().delivery?.headCommit, headOf(remotes.target, branch))
      yield* say("commit", "--quiet", "--amend", "-m", "Rewritten")
      const { ok, words } = yield* say("push", "--force", "origin", branch)
      assert.isTrue(ok, words)
    }))
})
