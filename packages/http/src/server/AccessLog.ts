/** One line and two measurements per request, by route and not by path, so that their number stays bounded. */
import { Duration, Effect, Metric } from "effect"

const requests = Metric.counter("orchestrator_http_requests_total", {
  description: "Requests answered, by method, route and status",
  incremental: true
})

const durations = Metric.histogram("orchestrator_http_request_duration_seconds", {
  description: "Time from a request to the beginning of its answer",
  boundaries: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
})

export interface Served {
  readonly method: string
  /** Pattern of the path. */
  readonly route: string
  readonly status: number
  readonly duration: Duration.Duration
}

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])

export const record = ({ duration, method, route, status }: Served): Effect.Effect<void> => {
  const attributes = { method: methods.has(method) ? method : "other", route }
  return Effect.all([
    Metric.update(Metric.withAttributes(requests, { ...attributes, status: String(status) }), 1),
    Metric.update(Metric.withAttributes(durations, attributes), Duration.toSeconds(duration)),
    Effect.logDebug("Request served").pipe(
      Effect.annotateLogs({ method, route, status, durationMs: Math.round(Duration.toMillis(duration) * 10) / 10 })
    )
  ], { discard: true })
}
