import { currentEntry } from "../Attempts.ts"
import { currentJob } from "../CurrentAttempt.ts"
import type { Rule } from "../Plan.ts"
import { ended } from "../Status.ts"

/** The attempt's Job was there and is not, or is being deleted before its agent ended: it is never created a second time. */
export const jobLost: Rule = (observed) => {
  const { jobs, now, run } = observed
  const job = currentJob(run, jobs)
  const name = run.jobName
  const created = run.status.attempts?.some(({ jobName }) => jobName === name) === true
  const lost = job === undefined ? created : job.deleting && job.pod?.ended === undefined
  return lost
    ? ended(observed, {
      reason: "JobLost",
      message: `The Job ${name} was deleted while it ran.`,
      advice: "Raise spec.contextVersion to try again.",
      attempt: currentEntry(run, now, job)
    })
    : undefined
}
