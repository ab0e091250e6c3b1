import { isAlive } from "../../attempt/CurrentAttempt.ts"
import type { Rule } from "../Rule.ts"
import type { Started } from "../Stage.ts"
import { stop } from "../StopJob.ts"

/**
 * The agent has ended, and a container that others have put beside it has not: a mesh's proxy never does. The pod would stay, and its
 * broker with it, so the Job is ended; the verdict is the agent's.
 */
export const leftovers: Rule<Started> = ({ job }) => {
  if (!isAlive(job) || job.stopping !== undefined) return undefined
  return (job.pod?.leftovers ?? []).length > 0 ? stop(job, "Finished") : undefined
}
