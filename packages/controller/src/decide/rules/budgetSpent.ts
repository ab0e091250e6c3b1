import { remainingBudget } from "../../attempt/Budget.ts"
import type { Rule } from "../Rule.ts"
import type { NotStarted } from "../Stage.ts"
import { ended } from "../Status.ts"

/** Earlier attempts have used up what the run may spend: the next one does not start. */
export const budgetSpent: Rule<NotStarted> = (stage) => {
  const { costUsd, turns } = remainingBudget(stage.run, stage.spec, stage.config)
  const field = costUsd === 0 ? "spec.maxCostUsd" : turns === 0 ? "spec.maxTurns" : undefined
  return field === undefined
    ? undefined
    : ended(stage, {
      reason: "BudgetExceeded",
      message: `Earlier attempts have used up ${field}. Raise it and spec.contextVersion to continue.`
    })
}
