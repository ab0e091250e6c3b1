import { assert, describe, it } from "@effect/vitest"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { Effect, Layer } from "effect"
import { halfSent, raw, serverOver, startServer } from "../fixtures/TestServer.ts"

const kubernetes = { mode: "kubernetes", audiences: [], allowUnauthenticated: false } as const

const typeOf = (text: string): string => JSON.parse(text).type.replace("urn:orchestrator:problem:", "")

describe("metrics on a port of their own", () => {
  it.live("are there for everybody, and nowhere else", () =>
    Effect.gen(function*() {
      const { metricsUrl, stop, url } = yield* startServer(layerMemory, { metricsPort: 0, auth: kubernetes })
      assert.notStrictEqual(metricsUrl, url)
      assert.strictEqual((yield* raw(url, { path: "/api/v1/code-runs" })).status, 401)
      const { headers, status, text } = yield* raw(metricsUrl, { path: "/metrics" })
      assert.deepStrictEqual([status, headers["content-type"]], [200, "text/plain; version=0.0.4; charset=utf-8"])
      assert.match(text, /orchestrator_http_requests_total\{.*status="401"\}/)
      const moved = yield* raw(url, { path: "/metrics" })
      assert.deepStrictEqual([moved.status, typeOf(moved.text)], [404, "metrics-moved"])
      assert.strictEqual((yield* raw(url, { path: "/health" })).status, 200)
      yield* stop
    }))

  it.live.each([
    { method: "GET", path: "/metrics?x=1", want: [200, undefined] },
    { method: "HEAD", path: "/metrics", want: [200, undefined] },
    { method: "POST", path: "/metrics", want: [405, "method-not-allowed"] },
    { method: "GET", path: "/health", want: [200, undefined] },
    { method: "POST", path: "/health", want: [405, "method-not-allowed"] },
    { method: "GET", path: "/ready", want: [404, "route-not-found"] },
    { method: "GET", path: "/api/v1/code-runs", want: [404, "route-not-found"] },
    { method: "GET", path: "/metrics/", want: [404, "route-not-found"] },
    { method: "GET", path: "/metrics", host: "evil.example", want: [421, "host-refused"] }
  ])("are all that the port has: $method $path $host", ({ host, method, path, want }) =>
    Effect.gen(function*() {
      const { metricsUrl, stop } = yield* startServer(layerMemory, { metricsPort: 0 })
      const headers: Record<string, string> = host === undefined ? {} : { host }
      const { status, text } = yield* raw(metricsUrl, { method, path, headers })
      assert.deepStrictEqual([status, status === 200 ? undefined : typeOf(text)], want)
      if (status !== 200) assert.match(JSON.parse(text).requestId, /^[0-9a-f]{24}$/)
      yield* stop
    }))

  it.live("are beside the API when no port is named", () =>
    Effect.gen(function*() {
      const { metricsUrl, stop, url } = yield* startServer(layerMemory, { auth: kubernetes })
      assert.strictEqual(metricsUrl, url)
      assert.strictEqual((yield* raw(url, { path: "/metrics" })).status, 200)
      yield* stop
    }))

  it.live("say which port is in use", () =>
    Effect.gen(function*() {
      const { stop, url } = yield* startServer(layerMemory)
      const refused = yield* Effect.flip(
        Layer.build(serverOver(layerMemory, { metricsPort: Number(new URL(url).port) }))
      )
      assert.strictEqual(refused.reason, "PortInUse")
      assert.include(refused.message, "METRICS_PORT")
      yield* stop
    }))

  it.live("end with the server", () =>
    Effect.gen(function*() {
      const { metricsUrl, stop } = yield* startServer(layerMemory, { metricsPort: 0, grace: "50 millis" })
      const { closed } = yield* halfSent(metricsUrl, "GET /metrics HTTP/1.1\r\n")
      yield* stop
      yield* closed
      assert.strictEqual((yield* Effect.exit(raw(metricsUrl, { path: "/metrics" })))._tag, "Failure")
    }))
})
