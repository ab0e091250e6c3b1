/** What is counted of the HTTP API and of webhooks; docs/metrics.md is made from it. */
import { counterFamily, gaugeFamily, histogramFamily, type MetricFamily } from "@orchestrator/domain/MetricFamily"

const method = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS or other"
const route = "pattern of the path"

export const requests = counterFamily({
  name: "orchestrator_http_requests_total",
  help: "Requests answered, by method, route and status",
  labels: { method, route, status: "of the answer" }
})

export const requestSeconds = histogramFamily({
  name: "orchestrator_http_request_duration_seconds",
  help: "Time from a request to the beginning of its answer",
  labels: { method, route },
  boundaries: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
})

export const unreadBytes = gaugeFamily({
  name: "orchestrator_http_unread_bytes",
  help: "Bytes of answers that wait for their readers",
  labels: {}
})

export const slowReaders = counterFamily({
  name: "orchestrator_http_slow_readers_total",
  help: "Connections closed because their reader did not take its answer",
  labels: {}
})

export const webhookVerdicts = ["taken", "unsigned", "unknown", "invalid", "busy", "given_up"] as const
export type WebhookVerdict = typeof webhookVerdicts[number]

export const webhookDeliveries = counterFamily({
  name: "orchestrator_webhook_deliveries_total",
  help: "Deliveries of webhooks, by what came of them",
  labels: {
    webhook: "the forge, as in its path, or trigger for those that start runs",
    verdict:
      "taken; unsigned: its signature is none of this webhook's secrets; unknown: there is no such webhook here; invalid: its body cannot be used; busy: deliver it again later; given_up: its forge did not answer within the hour"
  }
})

export const httpMetrics: ReadonlyArray<MetricFamily> = [
  requests,
  requestSeconds,
  unreadBytes,
  slowReaders,
  webhookDeliveries
]
