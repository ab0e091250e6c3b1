import { isAlive } from "../../attempt/CurrentAttempt.ts"
import { agentDeadline, isPast } from "../../attempt/StartClock.ts"
import type { Rule } from "../Rule.ts"
import type { Started } from "../Stage.ts"
import { stop } from "../StopJob.ts"

/** The agent has had its time, counted from when its container began: it is told to stop, and saves its work. */
export const overtime: Rule<Started> = ({ job, now }) => {
  if (!isAlive(job) || job.stopping !== undefined) return undefined
  return isPast(now, agentDeadline(job)) ? stop(job, "DeadlineExceeded") : undefined
}
