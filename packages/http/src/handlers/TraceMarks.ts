/** The trace that a run is made in, for its phases and its agents to join: it is on the run, and costs no write. */
import { traceparentAnnotation } from "@orchestrator/domain/Labels"
import { formatTraceparent } from "@orchestrator/domain/TraceContext"
import { Effect, Option, Tracer } from "effect"
import { HttpServerRequest, HttpTraceContext } from "effect/http"

/** Of whoever asked, where no spans of ours are sent that would come in between. */
const callers = Effect.map(
  Effect.serviceOption(HttpServerRequest.HttpServerRequest),
  Option.flatMap(({ headers }) => HttpTraceContext.w3c(headers))
)

const own = Effect.option(Effect.currentParentSpan)

export const traceMarks = Effect.gen(function*() {
  const tracer = yield* Tracer.Tracer
  const span: Option.Option<Tracer.AnySpan> = tracer === Tracer.nativeTracer ? yield* callers : yield* own
  return Option.match(span, {
    onNone: () => ({}),
    onSome: ({ sampled, spanId, traceId }) => ({
      [traceparentAnnotation]: formatTraceparent({ traceId, spanId, sampled })
    })
  })
})
