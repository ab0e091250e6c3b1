import { currentEntry } from "../Attempts.ts"
import { currentJob, isAlive } from "../CurrentAttempt.ts"
import type { Rule } from "../Plan.ts"
import { ended } from "../Status.ts"
import { stop } from "./stop.ts"

/** What runs is told to stop and gets its grace; what has not begun never does. The end is judged like any other. */
export const cancelled: Rule = (observed) => {
  const { jobs, now, run } = observed
  if (!run.cancel) return undefined
  const job = currentJob(run, jobs)
  if (job === undefined || (job.deleting && job.pod?.ended === undefined)) {
    const name = run.jobName
    return job === undefined && run.status.attempts?.some(({ jobName }) => jobName === name) !== true
      ? ended(observed, { reason: "Cancelled", message: "The run was cancelled before it started." })
      : ended(observed, { reason: "Cancelled", message: "The run was cancelled.", attempt: currentEntry(run, now) })
  }
  return isAlive(job) ? stop(job) : undefined
}
