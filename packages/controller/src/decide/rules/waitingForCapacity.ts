import type { Rule } from "../Rule.ts"
import type { NotStarted } from "../Stage.ts"
import { waiting } from "../Status.ts"

/** No more runs at the same time than the configuration says. Of several limits now one is reached, now another: none is named. */
export const waitingForCapacity: Rule<NotStarted> = (stage) =>
  stage.reachedLimit === undefined
    ? undefined
    : waiting(
      stage,
      "WaitingForCapacity",
      "Waiting for another run to end: a limit of concurrent runs (limits.activeRuns*) is reached."
    )
