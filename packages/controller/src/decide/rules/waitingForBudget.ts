import { formatTime } from "@orchestrator/domain/Retention"
import type { FullBudget } from "../../facts/Observed.ts"
import type { Rule } from "../Rule.ts"
import type { NotStarted } from "../Stage.ts"
import { waiting } from "../Status.ts"

/** What is spent and promised changes with every run, and is not told: GET /api/v1/installation does. */
const messageOf = ({ limitUsd, name, needsUsd, opensAt, period, spent, whose }: FullBudget): string => {
  const runs = whose === undefined ? "all runs" : `runs of ${whose}`
  const room =
    `${name} lets ${runs} spend ${limitUsd} USD a ${period}, and less of it is free than the ${needsUsd} USD that this run may cost.`
  return spent
    ? `${room} It opens again at ${formatTime(opensAt)}.`
    : `${room} The run starts when runs that work have left enough of what they may cost, or else at ${
      formatTime(opensAt)
    }.`
}

/** No more is spent in a day or a month than the configuration says. */
export const waitingForBudget: Rule<NotStarted> = (stage) =>
  stage.fullBudget === undefined ? undefined : waiting(stage, "WaitingForBudget", messageOf(stage.fullBudget))
