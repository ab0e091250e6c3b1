/** One line and two measurements per request, by route and not by path, so that their number stays bounded. */
import { Duration, Effect, Metric } from "effect"
import { requests, requestSeconds } from "../services/Metrics.ts"

export interface Served {
  readonly method: string
  /** Pattern of the path. */
  readonly route: string
  readonly status: number
  readonly duration: Duration.Duration
}

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])

export const record = ({ duration, method, route, status }: Served): Effect.Effect<void> => {
  const labels = { method: methods.has(method) ? method : "other", route }
  return Effect.all([
    Metric.update(requests.of({ ...labels, status: String(status) }), 1),
    Metric.update(requestSeconds.of(labels), Duration.toSeconds(duration)),
    Effect.logDebug("Request served").pipe(
      Effect.annotateLogs({ method, route, status, durationMs: Math.round(Duration.toMillis(duration) * 10) / 10 })
    )
  ], { discard: true })
}
