/** Request lines that are none, sent byte by byte to the HTTP API: each gets an answer of 4xx that is a problem, and the server goes on. */
import { assert, describe, layer } from "@effect/vitest"
import * as EmbeddedCluster from "@orchestrator/embedded/EmbeddedCluster"
import { Context, Effect, Layer } from "effect"
import { connect } from "node:net"
import { startServer } from "../fixtures/TestServer.ts"

class Api extends Context.Service<Api, { readonly url: string }>()("@orchestrator/http/test/Targets") {
  static readonly layer = Layer.effect(
    Api,
    Effect.acquireRelease(startServer(EmbeddedCluster.layerMemory), ({ stop }) => stop)
  )
}

const raw = Effect.fnUntraced(function*(line: string, headers: ReadonlyArray<string> = []) {
  const { hostname, port } = new URL((yield* Api).url)
  const host = headers.some((header) => /^host:/i.test(header)) ? [] : [`Host: ${hostname}:${port}`]
  return yield* Effect.callback<{ readonly status: number; readonly head: string; readonly body: string }>((resume) => {
    const parts: Array<Buffer> = []
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      socket.write(Buffer.from([line, ...host, "Connection: close", ...headers, "", ""].join("\r\n"), "latin1"))
    })
    const done = () => {
      const [head = "", body = ""] = Buffer.concat(parts).toString().split("\r\n\r\n")
      resume(Effect.succeed({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), head, body }))
    }
    socket.on("data", (part) => parts.push(part))
    socket.on("error", done)
    socket.on("close", done)
    return Effect.sync(() => socket.destroy())
  })
})

describe("the HTTP API", () => {
  layer(Api.layer, { excludeTestServices: true })((it) => {
    it.effect.each([
      "//[",
      "//evil.example/api/v1/code-runs",
      "///",
      "http://[",
      "http://evil.example/api/v1/code-runs/%",
      "javascript:alert(1)",
      "/api/v1/code-runs/%",
      "/api/v1/code-runs/%zz",
      "/api/v1/code-runs/%ff",
      "/api/v1/code-runs/%c0%af",
      "/api/v1/code-runs/a%00b",
      "/api/v1/code-runs/a%0d%0aSet-Cookie:x",
      "/api/v1/code-runs/..%2f..%2fsecrets",
      "/api/v1/code-runs/%2e%2e/x",
      "/api/v1/code-runs/<script>alert(1)</script>",
      "/api/v1/code-runs/a;b=c",
      "/api/v1/code-runs?limit=%",
      "/api/v1/code-runs?limit=1&limit=2&limit[]=3",
      "/api/v1/code-runs?limit=1e999",
      "/api/v1/code-runs?limit=-1",
      "/api/v1/code-runs?continue=%ff%fe",
      "/api/v1/code-runs?__proto__=x&limit=x",
      `/api/v1/code-runs/${"a".repeat(3000)}`,
      "/api/v1/code-runs/\u00fc",
      "/docs/../../etc/passwd",
      "/docs/%2e%2e%2fetc",
      "*"
    ].map((target) => ({ target })))("answers $target with a problem", ({ target }) =>
      Effect.gen(function*() {
        const { body, head, status } = yield* raw(`GET ${target} HTTP/1.1`)
        assert.isTrue(status >= 400 && status < 500, `${status} ${body}`)
        if (body !== "") {
          const problem = JSON.parse(body)
          assert.strictEqual(problem.status, status)
          assert.match(head, /content-type: application\/problem\+json/i)
          // oxlint-disable-next-line no-control-regex
          assert.notMatch(problem.detail, /[\x00-\x1f\x7f-\x9f\u202e]/)
        }
        assert.notMatch(head, /set-cookie/i)
        assert.strictEqual((yield* raw("GET /openapi.json HTTP/1.1")).status, 200)
      }))
  })
})
