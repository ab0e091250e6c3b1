/** Counts deliveries of webhooks by verdict, under names that nobody who delivers can choose. */
import { atZero } from "@orchestrator/domain/MetricFamily"
import { type Effect, Metric } from "effect"
import { webhookDeliveries, type WebhookVerdict, webhookVerdicts } from "../services/Metrics.ts"
import { webhookForges } from "./WebhookForges.ts"

const labelOf = (webhook: string): string => webhook.startsWith("run/") ? "trigger" : webhook

/** What a refusal with this status says of a delivery. */
export const refusedVerdict = (status: number): WebhookVerdict => {
  switch (status) {
    case 401:
    case 403:
      return "unsigned"
    case 404:
      return "unknown"
    default:
      return status === 429 || status >= 500 ? "busy" : "invalid"
  }
}

export const countDelivery = (webhook: string, verdict: WebhookVerdict): Effect.Effect<void> =>
  Metric.update(webhookDeliveries.of({ webhook: labelOf(webhook), verdict }), 1)

/** So that the first of a kind is seen as an increase. */
export const deliveriesAtZero = (triggers: boolean): Effect.Effect<void> =>
  atZero(
    webhookDeliveries,
    [...webhookForges.map(({ name }) => name), ...(triggers ? ["trigger"] : [])].flatMap((webhook) =>
      webhookVerdicts.map((verdict) => ({ webhook, verdict }))
    )
  )
