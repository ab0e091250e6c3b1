import { entryOf } from "../Attempts.ts"
import { currentJob } from "../CurrentAttempt.ts"
import { judgeJob } from "../Judge.ts"
import type { Rule } from "../Plan.ts"
import { ended } from "../Status.ts"

/** The Job is over and no result was seen. */
export const jobFailed: Rule = (observed) => {
  const job = currentJob(observed.run, observed.jobs)
  return job?.end === undefined
    ? undefined
    : ended(observed, { ...judgeJob(job), attempt: entryOf(observed.run, job, {}) })
}
