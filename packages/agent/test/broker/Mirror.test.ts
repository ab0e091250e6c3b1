/** What the broker's own repositories hold of upstream, and what stays there. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { planMirror } from "../../src/broker/git/MirrorPlan.ts"
import { agentGit } from "../fixtures/AgentGit.ts"
import { branch, brokerReportAt, place, startBroker } from "../fixtures/Broker.ts"
import { commitTo, fileOf, git, headOf } from "../fixtures/Remotes.ts"

const start = Effect.fnUntraced(function*(prepare: (target: string) => void = () => {}) {
  const around = yield* place
  prepare(around.remotes.target)
  const broker = yield* startBroker(around.environment)
  const clone = join(around.folder, "clone")
  mkdirSync(clone)
  const say = agentGit(broker, clone)
  const mirror = join(around.folder, "state", "target.git")
  /** Files that the mirror knows of and does not have. */
  const missing = () =>
    git(mirror, "rev-list", "--objects", "--all", "--missing=print").split("\n").filter((line) => line.startsWith("?"))
  const target = `${broker.url}/git/target.git`
  const ok = (...words: ReadonlyArray<string>) =>
    Effect.tap(say(...words), (said) => Effect.sync(() => assert.isTrue(said.ok, said.words)))
  return { ...around, broker, clone, mirror, missing, ok, say, target }
})

describe("files of a repository", () => {
  it.live("stay upstream until somebody asks for them", () =>
    Effect.gen(function*() {
      const { missing, ok, target } = yield* start()
      yield* ok("ls-remote", target)
      assert.isAbove(missing().length, 0)
      yield* ok("clone", "--quiet", target, ".")
      yield* ok("fsck", "--full")
      assert.lengthOf(missing(), 0)
    }))

  it.live("come one by one to a clone that asks so, and only what is new to one that has the rest", () =>
    Effect.gen(function*() {
      const { clone, folder, missing, ok, remotes, target, ...around } = yield* start((remote) => {
        commitTo(remote, "main", { "old.txt": "first" })
        commitTo(remote, "main", { "old.txt": "second" })
      })
      yield* ok("clone", "--quiet", "--filter=blob:none", target, ".")
      assert.isAbove(missing().length, 0, "nobody has asked for the first text of old.txt")
      yield* ok("log", "-p", "--", "old.txt")
      assert.lengthOf(missing(), 0)
      yield* around.broker.stop
      rmSync(join(folder, "state"), { recursive: true })
      const again = yield* startBroker(around.environment)
      commitTo(remotes.target, "main", { "new.txt": "x" })
      const said = yield* agentGit(again, clone)("fetch", `${again.url}/git/target.git`, "main")
      assert.isTrue(said.ok, said.words)
      assert.isAbove(missing().length, 5)
    }))

  it.live("are not needed for a push, and one that comes back is found", () =>
    Effect.gen(function*() {
      const { clone, environment, missing, ok, remotes, target } = yield* start((remote) => {
        commitTo(remote, "main", { "old.txt": "first\n".repeat(500), "kept.txt": "x" })
        commitTo(remote, "main", { "old.txt": "second\n".repeat(500) })
      })
      yield* ok("clone", "--quiet", "--filter=blob:none", target, ".")
      yield* ok("checkout", "--quiet", "-b", branch)
      writeFileSync(join(clone, "old.txt"), "first\n".repeat(500))
      yield* ok("commit", "--quiet", "--all", "-m", "As it was")
      const before = missing().length
      assert.isAbove(before, 0)
      yield* ok("push", "origin", branch)
      assert.strictEqual(fileOf(remotes.target, branch, "old.txt"), "first\n".repeat(500).trim())
      assert.strictEqual(brokerReportAt(environment).delivery?.headCommit, headOf(remotes.target, branch))
      assert.isTrue(brokerReportAt(environment).delivery?.changed)
      git(remotes.target, "fsck", "--full")
    }))

  it.live.each<{ name: string; given: (target: string) => void }>([
    { name: "that gives no parts", given: (target) => git(target, "config", "uploadpack.allowFilter", "false") },
    {
      name: "that promises parts and gives none",
      given: (target) => {
        // A remote whose hook for packs refuses whatever is no branch's head.
        writeFileSync(
          join(target, "config"),
          readFileSync(join(target, "config"), "utf8") + "[protocol]\n\tversion = 0\n"
        )
      }
    }
  ])("are all fetched from a remote $name", ({ given }) =>
    Effect.gen(function*() {
      const { missing, ok, target } = yield* start(given)
      yield* ok("clone", "--quiet", target, ".")
      yield* ok("fsck", "--full")
      assert.lengthOf(missing(), 0)
    }))
})

describe("branches of a repository", () => {
  it.live("that the run does not need come when they are asked for by name", () =>
    Effect.gen(function*() {
      const { missing, mirror, ok, remotes, say, target } = yield* start((remote) => {
        commitTo(remote, "release-1", { "fix.txt": "x" })
        commitTo(remote, "other", { "other.txt": "x" })
      })
      yield* ok("clone", "--quiet", target, ".")
      assert.strictEqual(git(mirror, "for-each-ref", "--format=%(refname)"), "refs/heads/main")
      yield* ok("fetch", "--quiet", "origin", "release-1")
      assert.strictEqual((yield* say("rev-parse", "FETCH_HEAD")).words.trim(), headOf(remotes.target, "release-1"))
      const later = commitTo(remotes.target, "release-1", { "more.txt": "x" })
      yield* ok("fetch", "--quiet", "origin", "release-1")
      assert.strictEqual((yield* say("rev-parse", "FETCH_HEAD")).words.trim(), later)
      assert.isFalse((yield* say("fetch", "origin", "nothing")).ok)
      assert.notInclude(git(mirror, "for-each-ref"), "other")
      assert.lengthOf(missing(), 0)
      git(remotes.target, "branch", "-D", "release-1")
      yield* ok("ls-remote", target)
      assert.notInclude(git(mirror, "for-each-ref"), "release-1")
    }))

  it.live("are brought although a killed predecessor left its locks", () =>
    Effect.gen(function*() {
      const { environment, folder, mirror, ok, remotes, target, ...around } = yield* start()
      yield* ok("ls-remote", target)
      yield* around.broker.stop
      for (const lock of ["packed-refs.lock", "shallow.lock", "config.lock", "refs/heads/main.lock", "HEAD.lock"]) {
        writeFileSync(join(mirror, lock), "")
      }
      const later = commitTo(remotes.target, "main", { "later.txt": "x" })
      const again = yield* startBroker(environment)
      const said = yield* agentGit(again, folder)("ls-remote", `${again.url}/git/target.git`)
      assert.include(said.words, `${later}\trefs/heads/main`)
    }))

  const heads = new Map([["main", "1"], ["run", "2"], ["other", "3"]])
  it.each([
    { name: "nothing is here", here: [], want: { fetched: ["main", "run"], removed: [] } },
    { name: "all is here", here: [["main", "1"], ["run", "2"]], want: { fetched: [], removed: [] } },
    { name: "one has moved", here: [["main", "0"], ["run", "2"]], want: { fetched: ["main"], removed: [] } },
    { name: "one was asked for", here: [["other", "0"]], want: { fetched: ["main", "run", "other"], removed: [] } },
    { name: "one is gone", here: [["main", "1"], ["run", "2"], ["x", "9"]], want: { fetched: [], removed: ["x"] } }
  ])("are fetched where $name", ({ here, want }) => {
    const known = new Map(here.map(([name = "", commit = ""]) => [name, commit] as const))
    const { fetched, removed } = planMirror({ defaultBranch: "main", heads }, known, new Set(["run"]))
    assert.deepStrictEqual({ fetched: fetched.map(([name]) => name), removed }, want)
  })
})
