import { currentJob } from "../CurrentAttempt.ts"
import type { Rule } from "../Plan.ts"
import { runningStatus } from "./runningStatus.ts"

/** The attempt is under way; the status says whether the agent works, and what keeps it from that. */
export const jobRunning: Rule = (observed) => {
  const job = currentJob(observed.run, observed.jobs)
  return job === undefined ? undefined : runningStatus(observed, job)
}
