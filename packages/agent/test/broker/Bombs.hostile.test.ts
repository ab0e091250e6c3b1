/** Pushes that are small and become large: refused in words, with nothing left behind, and the broker goes on. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { packet } from "../../src/broker/git/PktLine.ts"
import { unpackFailure } from "../../src/broker/git/Unpacked.ts"
import { agentClone } from "../fixtures/AgentGit.ts"
import { branch, place, startBroker } from "../fixtures/Broker.ts"
import { reasonOf } from "../fixtures/github/Reason.ts"
import { commitOf, copying, difference, idOf, pack, plainObject, treeOf } from "../fixtures/Packs.ts"
import { git, headOf } from "../fixtures/Remotes.ts"

const start = Effect.fnUntraced(function*(settings: Readonly<Record<string, string>> = {}) {
  const around = yield* place
  const environment = { ...around.environment, ...settings }
  const broker = yield* startBroker(environment)
  const headers = { authorization: `Bearer ${broker.token}`, "git-protocol": "version=2" }
  /** Makes the broker open its repository, as a clone does. */
  yield* Effect.promise(() =>
    fetch(`${broker.url}/git/target.git/info/refs?service=git-receive-pack`, { headers }).then((answer) =>
      answer.text()
    )
  )
  const send = (commit: string, body: Uint8Array) =>
    Effect.promise(async () => {
      const command = `${"0".repeat(40)} ${commit} refs/heads/${branch}\0report-status side-band-64k`
      const answer = await fetch(`${broker.url}/git/target.git/git-receive-pack`, {
        method: "POST",
        headers,
        body: Buffer.concat([packet(command), Buffer.from("0000"), body])
      })
      return answer.text()
    })
  const untouched = () => {
    assert.isUndefined(headOf(around.remotes.target, branch))
    const left = readdirSync(environment["BROKER_STATE_DIR"] ?? "").filter((name) => /^(?:push|body)-/.test(name))
    assert.deepStrictEqual(left, [])
    assert.isAbove(broker.brokerReport().delivery?.pushRefused?.length ?? 0, 20)
  }
  return { ...around, broker, send, untouched, parent: headOf(around.remotes.target, "main") }
})

const kibibytes64 = Buffer.alloc(65_536, "a")
const largeId = (copies: number) => idOf("blob", Buffer.alloc(65_536 * copies, "a"))

/** A commit with these objects and a tree of one file. */
const withCommit = (parent: string | undefined, file: string, objects: ReadonlyArray<Uint8Array>) => {
  const tree = treeOf([["file", file]])
  const commit = commitOf(idOf("tree", tree), parent)
  return {
    commit: idOf("commit", commit),
    body: pack([...objects, plainObject("tree", tree), plainObject("commit", commit)])
  }
}

describe("a push that becomes much larger than it is", () => {
  it.live("by one file of zeros is refused, with what it would become and which key allows more", () =>
    Effect.gen(function*() {
      const { broker, folder, untouched } = yield* start({ MAX_UNPACKED_MEBIBYTES: "16" })
      const { clone, say } = yield* agentClone(broker, folder)
      writeFileSync(join(clone, "zeros"), "")
      truncateSync(join(clone, "zeros"), 40_000_000)
      yield* say("add", "--all")
      yield* say("commit", "--quiet", "-m", "Zeros")
      const { ok, words } = yield* say("push", "origin", branch)
      assert.isFalse(ok)
      assert.match(words, /unpacks to 39 MiB.*16 MiB/s)
      assert.include(words, "agent.broker.maxUnpackedMebibytes")
      untouched()
      git(clone, "reset", "--quiet", "--hard", "HEAD~1")
      writeFileSync(join(clone, "work"), "work")
      yield* say("add", "--all")
      yield* say("commit", "--quiet", "-m", "Work")
      const next = yield* say("push", "origin", branch)
      assert.isTrue(next.ok, next.words)
    }))

  it.live("by one file of zeros is refused by its ratio, whatever may be pushed otherwise", () =>
    Effect.gen(function*() {
      const { parent, send, untouched } = yield* start()
      const zeros = Buffer.alloc(140 * 1_048_576)
      const { body, commit } = withCommit(parent, idOf("blob", zeros), [plainObject("blob", zeros)])
      assert.isBelow(body.length, 300_000)
      assert.match(yield* send(commit, body), /unpacks to 141 MiB.*128 MiB/)
      untouched()
    }))

  it.live("by a difference that copies its base again and again is refused for the memory that it takes", () =>
    Effect.gen(function*() {
      const { parent, send, untouched } = yield* start()
      const base = plainObject("blob", kibibytes64)
      const delta = difference(idOf("blob", kibibytes64), copying(65_536, 6400))
      const { body, commit } = withCommit(parent, idOf("blob", Buffer.from("never seen")), [base, delta])
      assert.isBelow(body.length, 10_000)
      assert.match(yield* send(commit, body), /more than 192 MiB of memory/)
      untouched()
    }))

  it.live("by a long chain of differences is refused for the sum", () =>
    Effect.gen(function*() {
      const { parent, send, untouched } = yield* start({ MAX_UNPACKED_MEBIBYTES: "16" })
      const objects = [plainObject("blob", kibibytes64)]
      let last: Buffer = kibibytes64
      for (let link = 0; link < 300; link++) {
        const added = Buffer.from([link & 255])
        objects.push(difference(idOf("blob", last), copying(last.length, 1, added)))
        last = Buffer.concat([last, added])
      }
      const { body, commit } = withCommit(parent, idOf("blob", last), objects)
      assert.match(yield* send(commit, body), /unpacks to 19 MiB.*16 MiB/)
      untouched()
    }))

  it.live("by many differences of one base is refused for the sum", () =>
    Effect.gen(function*() {
      const { parent, send, untouched } = yield* start({ MAX_UNPACKED_MEBIBYTES: "16" })
      const fans = Array.from({ length: 40 }, (_, index) =>
        difference(idOf("blob", kibibytes64), copying(65_536, 16, Buffer.from([index, 1]))))
      const { body, commit } = withCommit(parent, largeId(1), [plainObject("blob", kibibytes64), ...fans])
      assert.match(yield* send(commit, body), /unpacks to 41 MiB.*16 MiB/)
      untouched()
    }))

  it.live("by a tree that nobody could read is refused", () =>
    Effect.gen(function*() {
      const { parent, send, untouched } = yield* start()
      const empty = Buffer.alloc(0)
      const name = "n".repeat(200)
      const entries = Array.from({ length: 150_000 }, (_, index) =>
        [`${String(index).padStart(7, "0")}${name}`, idOf("blob", empty)] as const)
      const tree = treeOf(entries)
      const commit = commitOf(idOf("tree", tree), parent)
      const body = pack([plainObject("blob", empty), plainObject("tree", tree), plainObject("commit", commit)])
      assert.match(yield* send(idOf("commit", commit), body), /a commit, tree or tag of 3\d MiB/)
      untouched()
    }))

  it.live("by a commit with an endless message is refused", () =>
    Effect.gen(function*() {
      const { parent, send, untouched } = yield* start()
      const tree = treeOf([])
      const commit = commitOf(idOf("tree", tree), parent, "m".repeat(40_000_000))
      const body = pack([plainObject("tree", tree), plainObject("commit", commit)])
      assert.match(yield* send(idOf("commit", commit), body), /a commit, tree or tag of 39 MiB/)
      untouched()
    }))

  it.live.each([3_000_000, 4_294_967_295])(
    "by promising %i objects is refused before any is read",
    (promised) =>
      Effect.gen(function*() {
        const { send, untouched } = yield* start()
        assert.include(yield* send("1".repeat(40), pack([], promised)), `${promised} objects`)
        untouched()
      })
  )
})

describe("words are never empty", () => {
  it.each([
    ["no words", 128, ""],
    ["a signal", 137, ""],
    ["the limit of the processor", 152, ""],
    ["a process that could not start", 127, "Process was terminated by signal SIGXCPU"]
  ])("although git ended with %s", (_, exitCode, words) => {
    assert.match(unpackFailure(exitCode, words), /^this push (?:takes more|cannot be unpacked: git ended)/)
  })

  it.each(["", "  \n", "\u200b", "\u001b[31m\u001b[0m", JSON.stringify({ message: "" })])(
    "although a forge answers with %j",
    (body) => {
      const reason = reasonOf(422, {}, body, 0)
      assert.isTrue(reason._tag === "Refused" && /^422 \S/.test(reason.words))
    }
  )
})
