import { currentJob, isAlive } from "../CurrentAttempt.ts"
import type { Rule } from "../Plan.ts"
import { agentDeadline, isPast } from "../StartClock.ts"
import { stop } from "./stop.ts"

/** The agent has had its time, counted from when its container began: it is told to stop, and saves its work. */
export const overtime: Rule = ({ jobs, now, run }) => {
  const job = currentJob(run, jobs)
  if (job === undefined || !isAlive(job) || job.stopping !== undefined) return undefined
  return isPast(now, agentDeadline(job)) ? stop(job, "DeadlineExceeded") : undefined
}
