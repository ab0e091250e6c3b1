import { currentJob } from "../CurrentAttempt.ts"
import type { Rule } from "../Plan.ts"
import { waiting } from "../Status.ts"

/** No more runs at the same time than the configuration says. */
export const waitingForCapacity: Rule = (observed) => {
  const { jobs, reachedLimit, run } = observed
  return reachedLimit === undefined || currentJob(run, jobs) !== undefined
    ? undefined
    : waiting(observed, "WaitingForCapacity", `Waiting until another run has ended: ${reachedLimit}.`)
}
