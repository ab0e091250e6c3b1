/** Where nobody is told of spans. */
import { assert, it } from "@effect/vitest"
import { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Effect, Exit, Option, Schema, Tracer } from "effect"
import { HttpMiddleware, HttpServerRequest, HttpServerResponse } from "effect/http"
import { layerTelemetry } from "../../src/telemetry/Telemetry.ts"

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const config = Schema.decodeSync(OrchestratorConfig)({})
const untold = layerTelemetry({ config, namespace: "agents", instance: "one" })

/** The trace that a request's answer is made in. */
const traceOf = (path: string) =>
  Effect.gen(function*() {
    let found: Option.Option<Tracer.AnySpan> = Option.none()
    const app = Effect.map(Effect.serviceOption(Tracer.ParentSpan), (span) => {
      found = span
      return HttpServerResponse.empty()
    })
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` }
    const request = HttpServerRequest.fromWeb(new Request(`http://localhost${path}`, { headers }))
    const exit = yield* Effect.exit(HttpMiddleware.tracer(app)).pipe(
      Effect.provideService(HttpServerRequest.HttpServerRequest, request)
    )
    assert.isTrue(Exit.isSuccess(exit))
    return Option.getOrUndefined(found)?.traceId
  }).pipe(Effect.provide(untold))

it.effect.each([
  { path: "/api/v1/code-runs", want: undefined },
  { path: "/namespaces/other/api/v1/code-runs/a?limit=1", want: undefined },
  { path: "/mcp", want: traceId },
  { path: "/orchestrator/namespaces/other/mcp", want: traceId }
])("a request has no span of its own, but where its trace goes on: $path", ({ path, want }) =>
  Effect.gen(function*() {
    assert.strictEqual(yield* traceOf(path), want)
  }))
