/** Request lines that are none, sent byte by byte to the Kubernetes face: each gets an answer of 4xx, and the server goes on. */
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as fc from "fast-check"
import { connect } from "node:tls"
import { parseTarget } from "../../src/wire/RequestTarget.ts"
import { routeOf } from "../../src/wire/Route.ts"
import { WireServer } from "../../src/wire/WireServer.ts"
import { makeAsk, served } from "./Served.ts"

/** The first line and the body of the answer to this request line. */
const raw = Effect.fnUntraced(function*(line: string) {
  const { port, token } = yield* WireServer
  const text = [
    line,
    `Host: 127.0.0.1:${port}`,
    `Authorization: Bearer ${Redacted.value(token)}`,
    "Connection: close",
    "",
    ""
  ]
  return yield* Effect.callback<{ readonly status: number; readonly body: string }>((resume) => {
    const parts: Array<Buffer> = []
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false }, () => {
      socket.write(Buffer.from(text.join("\r\n"), "latin1"))
    })
    const done = () => {
      const answer = Buffer.concat(parts).toString()
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)
      resume(Effect.succeed({ status, body: answer.slice(answer.indexOf("\r\n\r\n") + 4) }))
    }
    socket.on("data", (part) => parts.push(part))
    socket.on("error", done)
    socket.on("close", done)
    return Effect.sync(() => socket.destroy())
  })
})

const malformed: ReadonlyArray<readonly [attack: string, target: string]> = [
  ["a host that is none", "//["],
  ["another host", "//evil.example/api/v1/namespaces"],
  ["another host with a user", "//127.0.0.1@evil.example/api"],
  ["a port that is none", "//a:99999999/api"],
  ["nothing but slashes", "///"],
  ["an address of another kind", "file:///etc/passwd"],
  ["half an escape", "/api/v1/%"],
  ["half an escape at the end", "/api/v1/namespaces/%4"],
  ["an escape of no digits", "/api/v1/%zz"],
  ["an escape of a lone byte", "/api/v1/%ff"],
  ["an escape that is too long for its character", "/api/v1/%c0%af"],
  ["an escape of half a pair", "/api/v1/%ed%a0%80"],
  ["a slash within a name", "/api/v1/namespaces/a%2fb"],
  ["a backslash within a name", "/api/v1/namespaces/a%5cb"],
  ["a zero within a name", "/api/v1/namespaces/a%00b"],
  ["a line break within a name", "/api/v1/namespaces/a%0d%0ab"],
  ["a way up", "/api/v1/../../healthz"],
  ["a way up that is escaped", "/api/v1/%2e%2e/%2e%2e/healthz"],
  ["a way to stay", "/api/v1/./namespaces"],
  ["backslashes", "/api\\v1\\namespaces"],
  ["brackets", "/api/v1/namespaces/[x]"],
  ["a fragment", "/api/v1/namespaces#x"],
  ["a fragment behind a query", "/api/v1/namespaces?limit=1#x"],
  ["a star", "*"]
]

layer(served(), { excludeTestServices: true })("the Kubernetes face", (it) => {
  it.effect.each(malformed.map(([attack, target]) => ({ attack, target })))(
    "answers $attack with 400",
    ({ target }) =>
      Effect.gen(function*() {
        const { body, status } = yield* raw(`GET ${target} HTTP/1.1`)
        assert.strictEqual(status, 400)
        if (body !== "") assert.strictEqual(JSON.parse(body).kind, "Status")
        assert.strictEqual((yield* (yield* makeAsk)("/api/v1/namespaces")).status, 200)
      }).pipe(Effect.scoped)
  )
})

describe("a request's target", () => {
  it.each([
    ["/api/v1/namespaces/a/pods?labelSelector=a%3Db,c in (d)&limit=5".replaceAll(" ", "+"), "a=b,c in (d)"],
    ["/api/v1/pods?labelSelector=a!=b", "a!=b"],
    ["/api/v1/pods?labelSelector={[0].x}", "{[0].x}"]
  ])("%s is one", (target, selector) => assert.strictEqual(parseTarget(target)?.query.get("labelSelector"), selector))

  it("whatever it is, is refused or has a route, and never throws", () => {
    const parts = fc.constantFrom(
      "/",
      "//",
      "api",
      "apis",
      "v1",
      "%2f",
      "%",
      "%zz",
      "%ff",
      "..",
      ".",
      "[",
      "?",
      "#",
      "\\",
      "\0",
      "ü",
      "=",
      "&",
      "a"
    )
    const target = fc.oneof(fc.string({ unit: "binary" }), fc.array(parts).map((all) => all.join("")))
    fc.assert(fc.property(target, (text) => {
      const parsed = parseTarget(text)
      if (parsed !== undefined) assert.isString(routeOf(parsed.path)._tag)
    }))
  })
})
