import { collected } from "@orchestrator/domain/Scrape"
import { DateTime, Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { PrometheusMetrics } from "effect/observability"
import { Api } from "../contract/Api.ts"
import { MetricsMoved, NotReady } from "../contract/Problem.ts"
import { HttpSettings } from "../services/HttpSettings.ts"
import { MetricsPlace } from "../services/MetricsPlace.ts"
import { Readiness } from "../services/Readiness.ts"

const notReady = (reasons: ReadonlyArray<string>) =>
  new NotReady({
    detail: reasons.join("; "),
    hint: "Wait until the cluster responds; if it does not, see the orchestrator's log",
    reasons
  })

const ready = (warnings: ReadonlyArray<string>) => ({
  status: "ready" as const,
  ...(warnings.length === 0 ? {} : { warnings })
})

const metricsMoved = (port: number) =>
  new MetricsMoved({
    detail: `The metrics are served on port ${port} of this host`,
    hint: `Scrape /metrics on port ${port}; without server.metricsPort (METRICS_PORT) they are served here`
  })

export const SystemHandlers = HttpApiBuilder.group(
  Api,
  "system",
  Effect.fnUntraced(function*(handlers) {
    const { version } = yield* HttpSettings
    const readiness = yield* Readiness
    const { ownPort } = yield* MetricsPlace
    return handlers.handleAll({
      health: () =>
        Effect.map(
          DateTime.now,
          (now) => ({ status: "healthy" as const, version, timestamp: DateTime.formatIso(now) })
        ),
      ready: () =>
        Effect.flatMap(
          readiness.missing,
          (reasons) => reasons.length === 0 ? Effect.map(readiness.warnings, ready) : notReady(reasons)
        ),
      metrics: () =>
        ownPort === undefined ? Effect.andThen(collected, PrometheusMetrics.format()) : metricsMoved(ownPort)
    })
  })
)
