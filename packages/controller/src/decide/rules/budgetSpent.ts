import { Result } from "effect"
import { remainingBudget } from "../Budget.ts"
import { currentJob } from "../CurrentAttempt.ts"
import type { Rule } from "../Plan.ts"
import { ended } from "../Status.ts"

/** Earlier attempts have used up what the run may spend: the next one does not start. */
export const budgetSpent: Rule = (observed) => {
  const { config, jobs, run } = observed
  if (Result.isFailure(run.spec) || currentJob(run, jobs) !== undefined) return undefined
  const { costUsd, turns } = remainingBudget(run, run.spec.success, config)
  const field = costUsd === 0 ? "spec.maxCostUsd" : turns === 0 ? "spec.maxTurns" : undefined
  return field === undefined
    ? undefined
    : ended(observed, {
      reason: "BudgetExceeded",
      message: `Earlier attempts have used up ${field}. Raise it, and spec.contextVersion, to go on.`
    })
}
