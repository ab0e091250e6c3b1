import { assert, describe, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { Effect, Metric } from "effect"
import { TestClock } from "effect/testing"
import { Readiness } from "../../src/services/Readiness.ts"
import { ask, layerOver, TestApi } from "../fixtures/TestApi.ts"

describe("/health", () => {
  it.effect("says that the process lives, which, and when", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust("1 hour")
      const { health } = yield* OrchestratorClient
      assert.deepStrictEqual(yield* health({}), {
        status: "healthy",
        version: "1.2.3",
        timestamp: "1970-01-01T01:00:00.000Z"
      })
    }).pipe(Effect.provide(TestApi)))
})

describe("/ready", () => {
  it.effect("says yes when nothing is missing", () =>
    Effect.gen(function*() {
      const { ready } = yield* OrchestratorClient
      assert.deepStrictEqual(yield* ready({}), { status: "ready" })
    }).pipe(Effect.provide(TestApi)))

  it.effect("says what agents lack, and is ready all the same", () =>
    Effect.gen(function*() {
      const { ready } = yield* OrchestratorClient
      assert.deepStrictEqual(yield* ready({}), { status: "ready", warnings: ["There is no key"] })
    }).pipe(Effect.provide(layerOver(
      layerMemory,
      Readiness.layerWith(Effect.succeed([]), Effect.succeed(["There is no key"]))
    ))))

  it.effect("says what is missing, with 503", () =>
    Effect.gen(function*() {
      const { headers, json, status } = yield* ask("GET", "/ready")
      assert.strictEqual(status, 503)
      // Probes come by themselves, and commands are to say at once what is missing.
      assert.isUndefined(headers["retry-after"])
      assert.strictEqual(json.type, "urn:orchestrator:problem:not-ready")
      assert.deepStrictEqual(json.reasons, ["The API server does not answer"])
    }).pipe(
      Effect.provide(layerOver(layerMemory, Readiness.layerWith(Effect.succeed(["The API server does not answer"]))))
    ))
})

describe("/metrics", () => {
  it.effect("prints what the program counts, and its own requests by route", () =>
    Effect.gen(function*() {
      yield* Metric.update(Metric.counter("orchestrator_test_total", { description: "Of a test" }), 3)
      yield* ask("GET", "/api/v1/code-runs/one")
      yield* ask("GET", "/api/v1/code-runs/two")
      const { headers, text } = yield* ask("GET", "/metrics")
      assert.strictEqual(headers["content-type"], "text/plain; version=0.0.4; charset=utf-8")
      assert.include(text, "# TYPE orchestrator_test_total counter\norchestrator_test_total 3\n")
      assert.match(
        text,
        /orchestrator_http_requests_total\{method="GET",route="\/api\/v1\/code-runs\/:name",status="404"\} \d+/
      )
      assert.match(
        text,
        /orchestrator_http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/code-runs\/:name"\} \d+/
      )
      assert.notInclude(text, "/code-runs/one")
    }).pipe(Effect.provide(TestApi)))
})
