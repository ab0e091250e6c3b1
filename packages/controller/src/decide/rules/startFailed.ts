import { currentEntry } from "../Attempts.ts"
import { currentJob, isAlive } from "../CurrentAttempt.ts"
import type { Rule } from "../Plan.ts"
import { standingOf, startDeadline } from "../Standing.ts"
import { isPast } from "../StartClock.ts"
import { ended } from "../Status.ts"
import { failureOf } from "./runningStatus.ts"

/**
 * An attempt whose agent cannot begin ends after some minutes, with the cause and not as a deadline; workspace and place are free once the
 * Job, which `terminal` then stops, has no pod.
 */
export const startFailed: Rule = (observed) => {
  const { config, jobs, now, run } = observed
  const job = currentJob(run, jobs)
  if (job === undefined || !isAlive(job) || job.deleting) return undefined
  const standing = standingOf(job, now)
  if (!isPast(now, startDeadline(job, standing, config))) return undefined
  const failure = failureOf(run, standing)
  return failure === undefined ? undefined : ended(observed, { ...failure, attempt: currentEntry(run, now, job) })
}
