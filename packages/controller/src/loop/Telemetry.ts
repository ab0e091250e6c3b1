/** What the controller counts and tells of its plans. Labels have few values: never a run's name, never a text of a requester. */
import { Effect, Metric } from "effect"
import type { Plan } from "../decide/Rule.ts"

const reconciles = Metric.counter("orchestrator_reconciles_total", {
  description: "Rounds of the controller by the rule that decided",
  incremental: true
})

/** Counts a plan, and logs one that does something. */
export const planned = ({ actions, rule }: Plan): Effect.Effect<void> =>
  Effect.andThen(
    Metric.update(Metric.withAttributes(reconciles, { rule }), 1),
    actions.length === 0
      ? Effect.void
      : Effect.annotateLogs(Effect.logDebug("plan"), { rule, actions: actions.map(({ _tag }) => _tag).join(" ") })
  )
