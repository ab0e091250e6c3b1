/** An agent that wants more than its run may do: nothing upstream changes, no key leaves, and the broker goes on. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { request } from "node:http"
import { connect } from "node:net"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { agentGit } from "../fixtures/AgentGit.ts"
import { apiKey, branch, gitToken, place, startBroker, until, visible } from "../fixtures/Broker.ts"
import { modelApi } from "../fixtures/ModelApi.ts"
import { commitTo, git } from "../fixtures/Remotes.ts"

const start = Effect.fnUntraced(function*() {
  const around = yield* place
  const api = yield* modelApi
  const broker = yield* startBroker({ ...around.environment, MODEL_BASE_URL: api.url })
  const { remotes } = around
  const upstream = () => `${git(remotes.target, "for-each-ref")}\n${git(remotes.docs, "for-each-ref")}`
  const send = (method: string, path: string, init: RequestInit = {}) =>
    Effect.promise(async () => {
      const response = await fetch(`${broker.url}${path}`, { method, ...init })
      return { status: response.status, text: await response.text() }
    })
  const authorized = { authorization: `Bearer ${broker.token}` }
  const run = send("GET", "/run", { headers: authorized })
  return { ...around, api, authorized, broker, run, send, upstream }
})

const routes: ReadonlyArray<readonly [method: string, path: string]> = [
  ["GET", "/run"],
  ["POST", "/run/branch"],
  ["POST", "/run/deliver"],
  ["POST", "/run/cancel"],
  ["GET", "/git/target.git/info/refs?service=git-upload-pack"],
  ["GET", "/git/target.git/info/refs?service=git-receive-pack"],
  ["POST", "/git/target.git/git-upload-pack"],
  ["POST", "/git/target.git/git-receive-pack"],
  ["POST", "/git/docs.git/git-receive-pack"],
  ["POST", "/anthropic/v1/messages"],
  ["HEAD", "/anthropic"],
  ["GET", "/nothing"]
]

const packet = (text: string) => `${(text.length + 4).toString(16).padStart(4, "0")}${text}`
const zero = "0".repeat(40)

describe("a request", () => {
  it.live.each(routes)("without the run's token gets nothing: %s %s", ([method, path]) =>
    Effect.gen(function*() {
      const { api, authorized, broker, send, upstream } = yield* start()
      const before = upstream()
      const tokens: ReadonlyArray<Readonly<Record<string, string>>> = [
        {},
        { authorization: "Bearer " },
        { authorization: `Bearer ${broker.token.slice(1)}` },
        { authorization: `Basic ${Buffer.from(`${broker.token}:x`).toString("base64")}` },
        { "x-api-key": gitToken },
        { cookie: `token=${broker.token}` }
      ]
      for (const headers of tokens) {
        const body = method === "POST" ? { body: JSON.stringify({ summary: "done" }) } : {}
        const { status, text } = yield* send(method, path, { headers, ...body })
        assert.strictEqual(status, 401, JSON.stringify(headers))
        for (const secret of [apiKey, gitToken, broker.token]) assert.notInclude(text, secret)
      }
      assert.strictEqual((yield* send("GET", `/run?token=${broker.token}`)).status, 401)
      assert.lengthOf(api.asked, 0)
      assert.strictEqual(upstream(), before)
      assert.strictEqual((yield* send("GET", "/run", { headers: authorized })).status, 200)
    }))

  it.live("with headers that are too large is refused, and the next one is answered", () =>
    Effect.gen(function*() {
      const { authorized, run, send } = yield* start()
      const huge = yield* send("GET", "/run", { headers: { ...authorized, "x-much": "x".repeat(100_000) } })
      assert.strictEqual(huge.status, 431)
      assert.strictEqual((yield* run).status, 200)
    }))

  it.live("that unpacks to more than anybody asks is refused before it is unpacked", () =>
    Effect.gen(function*() {
      const { authorized, run, send } = yield* start()
      const bomb = gzipSync(Buffer.alloc(200_000_000))
      const { status } = yield* send("POST", "/git/target.git/git-upload-pack", {
        headers: { ...authorized, "content-encoding": "gzip" },
        body: bomb
      })
      assert.strictEqual(status, 500)
      assert.strictEqual((yield* run).status, 200)
    }))

  it.live("that never ends its headers holds nobody up", () =>
    Effect.gen(function*() {
      const { broker, run } = yield* start()
      const { hostname, port } = new URL(broker.url)
      const sockets = Array.from({ length: 100 }, () => connect(Number(port), hostname))
      for (const socket of sockets) socket.on("error", () => {}).write("GET /run HTTP/1.1\r\nx: ")
      assert.strictEqual((yield* run).status, 200)
      for (const socket of sockets) socket.destroy()
    }))
})

describe("a push", () => {
  it.live.each<{ name: string; body: string | Uint8Array<ArrayBuffer>; want: number }>([
    { name: "that is nothing", body: "", want: 400 },
    { name: "that is no push", body: "hello", want: 400 },
    { name: "with a packet that is longer than the body", body: "ffff", want: 400 },
    { name: "without a flush", body: packet(`${zero} ${"1".repeat(40)} refs/heads/main\n`), want: 400 },
    {
      name: "with more refs than anybody has",
      body: packet(`${zero} ${"1".repeat(40)} refs/heads/main\n`).repeat(2_000),
      want: 400
    },
    {
      name: "of a ref with a line break in its name",
      body: `${packet(`${zero} ${"1".repeat(40)} refs/heads/a\nb`)}0000`,
      want: 400
    },
    { name: "of a signed certificate", body: `${packet("push-cert\0report-status\n")}0000`, want: 400 },
    { name: "of a shallow repository", body: `${packet(`shallow ${"1".repeat(40)}`)}0000`, want: 400 },
    {
      name: "of an object that is not there",
      body: `${packet(`${zero} ${"1".repeat(40)} refs/heads/${branch}\0report-status\n`)}0000`,
      want: 200
    },
    {
      name: "with a pack that is garbage",
      body: `${packet(`${zero} ${"1".repeat(40)} refs/heads/${branch}\0report-status\n`)}0000PACKgarbage-garbage`,
      want: 200
    }
  ])("$name changes nothing", ({ body, want }) =>
    Effect.gen(function*() {
      const { authorized, broker, run, send, upstream } = yield* start()
      const before = upstream()
      const { status, text } = yield* send("POST", "/git/target.git/git-receive-pack", { headers: authorized, body })
      assert.strictEqual(status, want)
      if (want === 200) assert.include(text, `ng refs/heads/${branch}`)
      assert.strictEqual(upstream(), before)
      assert.isUndefined(broker.brokerReport().delivery?.headCommit)
      assert.strictEqual((yield* run).status, 200)
    }))

  it.live("of a tree that would be a trap for who checks it out is refused", () =>
    Effect.gen(function*() {
      const { broker, folder, upstream } = yield* start()
      const before = upstream()
      const clone = join(folder, "clone")
      mkdirSync(clone)
      const say = agentGit(broker, clone)
      yield* say("clone", "--quiet", `${broker.url}/git/target.git`, ".")
      const module = "[submodule \"x\"]\n\tpath = x\n\turl = -u./payload\n"
      writeFileSync(join(clone, ".gitmodules"), module)
      yield* say("add", "--all")
      yield* say("commit", "--quiet", "-m", "Trap")
      const { ok, words } = yield* say("push", "origin", `HEAD:refs/heads/${branch}`)
      assert.isFalse(ok)
      assert.include(words, "gitmodulesUrl")
      assert.strictEqual(upstream(), before)
    }))

  it.live("that merges nothing of the base and rewrites all of history stays on the run's branch", () =>
    Effect.gen(function*() {
      const { broker, folder, remotes } = yield* start()
      const main = git(remotes.target, "rev-parse", "main")
      const clone = join(folder, "clone")
      mkdirSync(clone)
      const say = agentGit(broker, clone)
      yield* say("clone", "--quiet", `${broker.url}/git/target.git`, ".")
      yield* say("checkout", "--quiet", "--orphan", "mine")
      yield* say("commit", "--quiet", "-m", "All anew")
      for (
        const push of [["HEAD:main"], ["--mirror"], ["--all"], ["--tags", "HEAD:refs/tags/v1"], ["--delete", "main"]]
      ) {
        assert.isFalse((yield* say("push", "--force", "origin", ...push)).ok, push.join(" "))
      }
      assert.strictEqual(
        git(remotes.target, "for-each-ref", "--format=%(refname) %(objectname)"),
        `refs/heads/main ${main}`
      )
    }))
})

describe("a flood", () => {
  it.live("of git requests is turned away beyond what is answered at once, and leaves the broker as it was", () =>
    Effect.gen(function*() {
      const { broker, folder, remotes, run } = yield* start()
      for (let index = 0; index < 3; index++) commitTo(remotes.target, "main", { [`more-${index}.txt`]: "x" })
      const { port } = new URL(broker.url)
      const statuses: Array<number> = []
      const held = Array.from({ length: 40 }, () => {
        const asked = request({
          port,
          host: "127.0.0.1",
          method: "POST",
          path: "/git/target.git/git-upload-pack",
          headers: { authorization: `Bearer ${broker.token}`, "transfer-encoding": "chunked" }
        })
        asked.on("response", (response) => {
          statuses.push(response.statusCode ?? 0)
          response.resume()
        })
        asked.on("error", () => {})
        asked.write("0014command=ls-refs\n")
        return asked
      })
      yield* until(() => statuses.length === 34)
      assert.deepStrictEqual(new Set(statuses), new Set([503]))
      assert.strictEqual((yield* run).status, 200)
      for (const asked of held) asked.destroy()
      const clone = join(folder, "clone")
      mkdirSync(clone)
      const say = agentGit(broker, clone)
      let cloned = yield* say("clone", "--quiet", `${broker.url}/git/target.git`, ".")
      for (let round = 0; !cloned.ok && round < 50; round++) {
        yield* Effect.sleep("100 millis")
        cloned = yield* say("clone", "--quiet", `${broker.url}/git/target.git`, ".")
      }
      assert.isTrue(cloned.ok, cloned.words)
    }))

  it.live("of what the agent says of itself neither fills the report nor shows a secret", () =>
    Effect.gen(function*() {
      const { authorized, broker, send, ...around } = yield* start()
      for (let index = 0; index < 20; index++) {
        yield* send("POST", "/run/deliver", {
          headers: authorized,
          body: JSON.stringify({ summary: `${gitToken} ${apiKey} `.repeat(2_000), costUsd: index })
        })
      }
      const seen = visible(around, broker)
      for (const secret of [gitToken, apiKey, broker.token]) assert.notInclude(seen, secret)
      assert.isUndefined(broker.brokerReport().delivery?.headCommit)
    }))
})
