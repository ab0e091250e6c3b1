/** What the controller counts. Labels have few values: never a run's name, never a text of a requester. */
import { type Effect, Metric } from "effect"

const reconciles = Metric.counter("orchestrator_reconciles_total", {
  description: "Rounds of the controller by the rule that decided",
  incremental: true
})

/** Counts a round. */
export const reconciled = (rule: string): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(reconciles, { rule }), 1)
