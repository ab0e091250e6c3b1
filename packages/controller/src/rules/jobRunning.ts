import { currentEntry } from "../Attempts.ts"
import { currentJob } from "../CurrentAttempt.ts"
import type { Rule } from "../Plan.ts"
import { runningStatus } from "./runningStatus.ts"

/** The attempt is under way; the status says so, and says when its pod cannot start. */
export const jobRunning: Rule = (observed) => {
  const job = currentJob(observed.run, observed.jobs)
  return job === undefined
    ? undefined
    : runningStatus(observed, currentEntry(observed.run, observed.now), job.pod?.stuck)
}
