import { currentEntry } from "../Attempts.ts"
import { currentJob, isAlive } from "../CurrentAttempt.ts"
import type { Rule } from "../Plan.ts"
import { ended } from "../Status.ts"
import { runningStatus } from "./runningStatus.ts"
import { stop } from "./stop.ts"

/** What runs is told to stop and gets its grace; what has not begun never does. The end is judged like any other. */
export const cancelled: Rule = (observed) => {
  const { jobs, now, run } = observed
  if (!run.cancel) return undefined
  const job = currentJob(run, jobs)
  if (job === undefined || (job.deleting && job.pod?.ended === undefined)) {
    const { attempt: { contextVersion }, jobName: name } = run
    const tries = run.status.attempts?.filter((attempt) => attempt.contextVersion === contextVersion) ?? []
    const begun = job !== undefined || tries.some(({ jobName }) => jobName === name)
    return ended(observed, {
      reason: "Cancelled",
      message: begun || tries.length > 0 ? "The run was cancelled." : "The run was cancelled before it started.",
      ...(begun ? { attempt: currentEntry(run, now, job) } : {})
    })
  }
  if (!isAlive(job)) return undefined
  return [...stop(job), ...runningStatus(observed, { ...job, stopping: job.stopping ?? "Cancelled" })]
}
