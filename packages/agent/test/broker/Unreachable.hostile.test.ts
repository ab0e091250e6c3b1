/** Objects that upstream has and that no branch leads to: an agent that knows their names does not get them. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { packet } from "../../src/broker/git/PktLine.ts"
import { agentClone, agentGit } from "../fixtures/AgentGit.ts"
import { branch, place, startBroker } from "../fixtures/Broker.ts"
import { overHttp } from "../fixtures/GitHttp.ts"
import { commitOf, copying, difference, idOf, pack, plainObject, treeOf } from "../fixtures/Packs.ts"
import { commitTo, git, headOf } from "../fixtures/Remotes.ts"

const secretText = "not-a-real-password-that-was-taken-back\n"

/**
 * A remote that gives whatever is asked for, as the large forges do, with a commit that was taken back. Over http nothing of it is with the
 * broker yet.
 */
const startOver = Effect.fnUntraced(function*(transport: "file" | "http") {
  const around = yield* place
  const { target } = around.remotes
  git(target, "config", "uploadpack.allowAnySHA1InWant", "true")
  const before = commitTo(target, "main", { "old.txt": "an old version\n" })
  const old = git(target, "rev-parse", `${before}:old.txt`)
  commitTo(target, "main", { "old.txt": "a new version\n" })
  const commit = commitTo(target, "leaked", { "secret.txt": secretText })
  git(target, "update-ref", "refs/pull/7/head", commit)
  git(target, "tag", "-a", "v1", "-m", "tagged", commit)
  const names = {
    commit,
    blob: git(target, "rev-parse", `${commit}:secret.txt`),
    tree: git(target, "rev-parse", `${commit}^{tree}`),
    tag: git(target, "rev-parse", "v1")
  }
  git(target, "update-ref", "-d", "refs/heads/leaked")
  const broker = yield* startBroker(transport === "file" ? around.environment : (yield* overHttp(around)).environment)
  const ask = (version: number, path: string, body?: Uint8Array) =>
    Effect.promise(async () => {
      const answer = await fetch(`${broker.url}/git/target.git/${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { authorization: `Bearer ${broker.token}`, "git-protocol": `version=${version}` },
        ...(body === undefined ? {} : { body })
      })
      return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) }
    })
  yield* ask(2, "info/refs?service=git-upload-pack")
  return { ...around, ask, broker, names, old }
})
const start = startOver("file")

const bytes = (...parts: ReadonlyArray<string | Uint8Array>) => Buffer.concat(parts.map((part) => Buffer.from(part)))
const fetch2 = (...lines: ReadonlyArray<string>) =>
  bytes(
    packet("command=fetch\n"),
    "0001",
    packet("no-progress\n"),
    ...lines.map((line) => packet(line)),
    packet("done\n"),
    "0000"
  )
const fetch0 = (first: string, ...more: ReadonlyArray<string>) =>
  bytes(packet(first), ...more.map((line) => packet(line)), "0000", packet("done\n"))

const noPack = (answer: Buffer) => assert.isFalse(answer.includes("PACK"), answer.toString("latin1").slice(0, 200))

type Names = Effect.Success<typeof start>["names"]

describe("an object that no branch leads to is not served", () => {
  const attacks: ReadonlyArray<
    readonly [attack: string, version: number, body: (names: Names, main: string) => Buffer]
  > = [
    ["a commit", 2, ({ commit }) => fetch2(`want ${commit}\n`)],
    ["a file", 2, ({ blob }) => fetch2(`want ${blob}\n`)],
    ["a folder", 2, ({ tree }) => fetch2(`want ${tree}\n`)],
    ["a tag", 2, ({ tag }) => fetch2(`want ${tag}\n`)],
    ["a commit in capitals", 2, ({ commit }) => fetch2(`want ${commit.toUpperCase()}\n`)],
    ["a commit with something behind it", 2, ({ commit }) => fetch2(`want ${commit} please\n`)],
    ["a commit with digits behind it", 2, ({ commit }) => fetch2(`want ${commit}${"0".repeat(24)}\n`)],
    ["a commit without an end of line", 2, ({ commit }) => fetch2(`want ${commit}`)],
    ["a commit beside a branch", 2, ({ commit }, main) => fetch2(`want ${main}\n`, `want ${commit}\n`)],
    ["a file beside a branch", 2, ({ blob }, main) => fetch2(`want ${main}\n`, `want ${blob}\n`)],
    ["a commit with a filter", 2, ({ commit }) => fetch2("filter blob:none\n", `want ${commit}\n`)],
    ["a commit with a depth", 2, ({ commit }) => fetch2("deepen 1\n", `want ${commit}\n`)],
    ["a pull request by its name", 2, () => fetch2("want-ref refs/pull/7/head\n")],
    ["a commit, by the first version", 1, ({ commit }) => fetch0(`want ${commit} ofs-delta\n`)],
    ["a commit, by the oldest version", 0, ({ commit }) => fetch0(`want ${commit} side-band-64k\n`)],
    ["a file, by the oldest version", 0, ({ blob }) => fetch0(`want ${blob}\n`)],
    [
      "a file beside a branch, by the oldest version",
      0,
      ({ blob }, main) => fetch0(`want ${main} side-band-64k\n`, `want ${blob}\n`)
    ]
  ]
  const transports = ["file", "http"] as const
  it.live.each(
    transports.flatMap((transport) => attacks.map(([attack, version, body]) => ({ attack, version, body, transport })))
  )(
    "$attack, over $transport",
    ({ body, transport, version }) =>
      Effect.gen(function*() {
        const { ask, names, remotes } = yield* startOver(transport)
        const answer = yield* ask(version, "git-upload-pack", body(names, headOf(remotes.target, "main") ?? ""))
        noPack(answer.bytes)
        assert.isAbove(answer.bytes.length, 10)
        const missing = yield* ask(2, "git-upload-pack", fetch2(`want ${names.blob}\n`))
        noPack(missing.bytes)
      })
  )

  it.live.each([
    { name: "nothing", body: bytes("") },
    { name: "no packet", body: bytes("want") },
    { name: "half a packet", body: bytes("0032want ") },
    { name: "a want of nothing", body: fetch2("want\n") },
    { name: "a want of a name", body: fetch2("want refs/heads/main\n") }
  ])("a request that is $name is refused in words", ({ body }) =>
    Effect.gen(function*() {
      const { ask } = yield* start
      const { bytes: answer, status } = yield* ask(2, "git-upload-pack", body)
      assert.strictEqual(status, 400)
      assert.include(answer.toString(), "cannot be understood")
    }))

  it.live("a file is not read as a filter", () =>
    Effect.gen(function*() {
      const { ask, names, remotes } = yield* start
      const main = headOf(remotes.target, "main") ?? ""
      const { bytes: answer } = yield* ask(
        2,
        "git-upload-pack",
        fetch2(`filter sparse:oid=${names.blob}\n`, `want ${main}\n`)
      )
      noPack(answer)
    }))

  it.live("git is told so, and still gets what a branch leads to: heads, and old files one by one", () =>
    Effect.gen(function*() {
      const { broker, folder, names, old } = yield* start
      const clone = join(folder, "partial")
      mkdirSync(clone)
      const say = agentGit(broker, clone)
      const cloned = yield* say("clone", "--quiet", "--filter=blob:none", `${broker.url}/git/target.git`, ".")
      assert.isTrue(cloned.ok, cloned.words)
      const oldFile = yield* say("cat-file", "-p", old)
      assert.deepStrictEqual(oldFile, { ok: true, words: "an old version\n" })
      const refused = yield* say("fetch", "--quiet", "origin", names.commit)
      assert.isFalse(refused.ok)
      assert.include(refused.words, "no branch of this repository leads to it")
      assert.notInclude((yield* say("cat-file", "-p", names.blob)).words, "not-a-real-password")
    }))
})

describe("an object that no branch leads to is not pushed onto one", () => {
  const push = Effect.fnUntraced(function*(
    { broker }: Effect.Success<typeof start>,
    commit: string,
    objects: ReadonlyArray<Uint8Array>
  ) {
    const command = `${"0".repeat(40)} ${commit} refs/heads/${branch}\0report-status side-band-64k`
    return yield* Effect.promise(async () => {
      const answer = await fetch(`${broker.url}/git/target.git/git-receive-pack`, {
        method: "POST",
        headers: { authorization: `Bearer ${broker.token}` },
        body: bytes(packet(command), "0000", pack(objects))
      })
      return answer.text()
    })
  })

  it.live("as a file of the agent's tree", () =>
    Effect.gen(function*() {
      const around = yield* start
      const tree = treeOf([["mine.txt", around.names.blob]])
      const commit = commitOf(idOf("tree", tree), headOf(around.remotes.target, "main"))
      const words = yield* push(around, idOf("commit", commit), [
        plainObject("tree", tree),
        plainObject("commit", commit)
      ])
      assert.include(words, "builds on objects")
      assert.isUndefined(headOf(around.remotes.target, branch))
    }))

  it.live("as the base of a difference that gives it back", () =>
    Effect.gen(function*() {
      const around = yield* start
      const { blob } = around.names
      const tree = treeOf([["mine.txt", blob]])
      const commit = commitOf(idOf("tree", tree), headOf(around.remotes.target, "main"))
      const words = yield* push(around, idOf("commit", commit), [
        difference(blob, copying(secretText.length, 1)),
        plainObject("tree", tree),
        plainObject("commit", commit)
      ])
      assert.match(words, /builds on objects|cannot be unpacked/)
      assert.isUndefined(headOf(around.remotes.target, branch))
    }))

  it.live("while an old file of a branch may come back", () =>
    Effect.gen(function*() {
      const { broker, folder, old } = yield* start
      const { say } = yield* agentClone(broker, folder)
      yield* say("update-index", "--add", "--cacheinfo", `100644,${old},back.txt`)
      yield* say("commit", "--quiet", "-m", "Back")
      const { ok, words } = yield* say("push", "origin", branch)
      assert.isTrue(ok, words)
    }))
})
