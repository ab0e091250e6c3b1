import { Action } from "../Action.ts"
import { currentJob, isAlive } from "../CurrentAttempt.ts"
import type { Rule } from "../Plan.ts"
import { ended } from "../Status.ts"

/** What runs is told to stop and gets its grace; what has not begun never does. The end is judged like any other. */
export const cancelled: Rule = (observed) => {
  if (!observed.run.cancel) return undefined
  const job = currentJob(observed.run, observed.jobs)
  if (job === undefined) {
    return ended(observed, { reason: "Cancelled", message: "The run was cancelled before it started." })
  }
  if (!isAlive(job) || job.deleting) return undefined
  return job.stopping ? [] : [Action.StopJob(job)]
}
