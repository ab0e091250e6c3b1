/** One line and two measurements per request, by route and not by path, so that their number stays bounded. */
import { Context, Duration, Effect, LogLevel, References } from "effect"
import { requests, requestSeconds } from "../services/Metrics.ts"

export interface Served {
  readonly method: string
  /** Pattern of the path. */
  readonly route: string
  readonly status: number
  readonly duration: Duration.Duration
}

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])

/** Every request passes here: what nobody reads is not put together. */
export const record = ({ duration, method, route, status }: Served): Effect.Effect<void> =>
  Effect.contextWith((context: Context.Context<never>) => {
    const labels = { method: methods.has(method) ? method : "other", route }
    requests.of({ ...labels, status: String(status) }).updateUnsafe(1, context)
    requestSeconds.of(labels).updateUnsafe(Duration.toSeconds(duration), context)
    return LogLevel.isGreaterThan(Context.get(context, References.MinimumLogLevel), "Debug")
      ? Effect.void
      : Effect.logDebug("Request served").pipe(
        Effect.annotateLogs({
          method,
          route,
          status,
          durationMs: Math.round(Duration.toMillis(duration) * 10) / 10
        })
      )
  })
