/** A cold clone over http comes from upstream itself; whatever cannot be handed on is served from what the broker has. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseColdClone } from "../../src/broker/git/FetchCommand.ts"
import { nothingPassed, passOn } from "../../src/broker/git/Passing.ts"
import { packet } from "../../src/broker/git/PktLine.ts"
import { agentGit } from "../fixtures/AgentGit.ts"
import { branch, gitToken, place, startBroker, visible } from "../fixtures/Broker.ts"
import { overHttp } from "../fixtures/GitHttp.ts"
import { commitTo, fileOf, git } from "../fixtures/Remotes.ts"

const start = Effect.fnUntraced(function*() {
  const around = yield* place
  commitTo(around.remotes.target, "main", { "old.txt": "first" })
  commitTo(around.remotes.target, "main", { "old.txt": "second" })
  const { environment, remote } = yield* overHttp(around)
  const broker = yield* startBroker(environment)
  const clone = join(around.folder, "clone")
  mkdirSync(clone)
  const mirror = join(around.folder, "state", "target.git")
  /** Files that the broker knows of and does not have. */
  const missing = () =>
    git(mirror, "rev-list", "--objects", "--all", "--missing=print").split("\n").filter((line) => line.startsWith("?"))
  return { ...around, environment, broker, clone, mirror, missing, remote, say: agentGit(broker, clone) }
})

describe("a cold clone over http", () => {
  it.live("comes from upstream with the run's token, and its files are not stored by the broker", () =>
    Effect.gen(function*() {
      const { broker, clone, missing, remotes, say, ...around } = yield* start()
      const cloned = yield* say("clone", "--quiet", `${broker.url}/git/target.git`, ".")
      assert.isTrue(cloned.ok, cloned.words)
      assert.isTrue((yield* say("fsck", "--full", "--strict")).ok)
      assert.strictEqual(readFileSync(join(clone, "old.txt"), "utf8").trim(), "second")
      assert.notInclude(visible({ ...around, remotes }, broker), gitToken)

      writeFileSync(join(clone, "work.txt"), "x")
      yield* say("add", "--all")
      yield* say("commit", "--quiet", "-m", "Work")
      const pushed = yield* say("push", "origin", `HEAD:refs/heads/${branch}`)
      assert.isTrue(pushed.ok, pushed.words)
      assert.strictEqual(fileOf(remotes.target, branch, "work.txt"), "x")
      assert.isAbove(missing().length, 0)
    }))

  it.live("may come as soon as upstream's branches are known: nothing of it is here by then", () =>
    Effect.gen(function*() {
      const { broker, mirror, remote, say } = yield* start()
      const looked = yield* say("ls-remote", `${broker.url}/git/target.git`)
      assert.isTrue(looked.ok, looked.words)
      assert.deepStrictEqual(
        looked.words.trim().split("\n").map((line) => line.split("\t")[1]),
        ["HEAD", "refs/heads/main"]
      )
      assert.strictEqual(git(mirror, "for-each-ref"), "")
      assert.strictEqual(remote.pushQuestions(), 1)
      const cloned = yield* say("clone", "--quiet", `${broker.url}/git/target.git`, ".")
      assert.isTrue(cloned.ok, cloned.words)
      assert.strictEqual(remote.pushQuestions(), 1)
    }))

  it.live("that upstream refuses is served from what the broker brings by itself", () =>
    Effect.gen(function*() {
      const { broker, missing, remote, say } = yield* start()
      const looked = yield* say("ls-remote", `${broker.url}/git/target.git`)
      assert.isTrue(looked.ok, looked.words)
      remote.nextPack("refused")
      const cloned = yield* say("clone", "--quiet", `${broker.url}/git/target.git`, ".")
      assert.isTrue(cloned.ok, cloned.words)
      assert.isTrue((yield* say("fsck", "--full")).ok)
      assert.lengthOf(missing(), 0)
      assert.isTrue(broker.log.some((line) => line.includes("target.git cannot be handed on as it comes")))
    }))

  it.live("that breaks off is not taken for a whole one, and the next one is", () =>
    Effect.gen(function*() {
      const { broker, remote, say } = yield* start()
      yield* say("ls-remote", `${broker.url}/git/target.git`)
      remote.nextPack("cut")
      assert.isFalse((yield* say("clone", "--quiet", `${broker.url}/git/target.git`, ".")).ok)
      const cloned = yield* say("clone", "--quiet", `${broker.url}/git/target.git`, ".")
      assert.isTrue(cloned.ok, cloned.words)
      assert.isTrue((yield* say("fsck", "--full")).ok)
    }))
})

describe("which requests are cold clones", () => {
  const id = "a".repeat(40)
  const cold = [
    "command=fetch",
    "agent=git/2.39.5",
    "object-format=sha1",
    "thin-pack",
    "ofs-delta",
    `want ${id}\n`,
    "done\n"
  ]
  it("those for everything, by who has nothing", () => {
    assert.deepStrictEqual(parseColdClone(cold), { wants: [id], format: "sha1" })
  })
  it.each([
    { name: "is for the branches", packets: ["command=ls-refs", ...cold.slice(1)] },
    { name: "names what the client has", packets: [...cold, `have ${id}`] },
    { name: "leaves files out", packets: [...cold, "filter blob:none"] },
    { name: "is for the newest commits", packets: [...cold, "deepen 1"] },
    { name: "comes from a clone of the newest commits", packets: [...cold, `shallow ${id}`] },
    { name: "has not come to an end", packets: cold.slice(0, -1) },
    { name: "wants nothing", packets: cold.filter((packet) => !packet.startsWith("want")) },
    { name: "has a word that nobody knows", packets: [...cold, "packfile-uris https"] },
    { name: "wants by another name", packets: [...cold, "want-ref refs/heads/main"] }
  ])("not one that $name", ({ packets }) => {
    assert.isUndefined(parseColdClone(packets))
  })
})

describe("what of an answer is handed on", () => {
  const able = "\n000eversion 2\n0000"
  const [pack, words] = [(text: string) => packet(`\x01${text}`), (text: string) => packet(`\x02${text}`)]
  const all = Buffer.concat([
    Buffer.from(able),
    packet("packfile\n"),
    ...[words(`a token: ${gitToken}`), pack("PACK one"), words("half"), pack("two"), pack("")],
    Buffer.from("00000002")
  ])
  const expected = Buffer.concat([packet("packfile\n"), pack("PACK one"), pack("two"), pack(""), Buffer.from("0000")])

  const through = (bytes: Uint8Array, size: number) =>
    Stream.fromIterable(
      Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size))
    ).pipe(
      Stream.mapAccumEffect(() =>
        nothingPassed, passOn),
      Stream.mkUint8Array
    )

  it.effect("the pack without the other side's words, however it comes", () =>
    Effect.gen(function*() {
      for (let size = 1; size <= all.length; size++) {
        assert.strictEqual(Buffer.from(yield* through(all, size)).toString(), expected.toString(), String(size))
      }
    }))

  it.effect.each([
    { name: "no helper's line", bytes: `fallback\n`, begun: false },
    { name: "no packet", bytes: "\nabc", begun: false },
    { name: "an error in place of the pack", bytes: `${able}0009ERR x`, begun: false },
    { name: "another part", bytes: `${able}0011shallow-info`, begun: false },
    { name: "an error in the middle", bytes: `${able}000dpackfile\n0007\x01P\n0009\x03gone`, begun: true },
    { name: "an unknown band", bytes: `${able}000dpackfile\n0007\x01P\n0009\x07gone`, begun: true }
  ])("nothing after $name", ({ begun, bytes }) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(through(Buffer.from(`${bytes}    `), 1000))
      assert.strictEqual(error.begun, begun)
    }))
})
