import type { StopReason } from "../facts/Job.ts"
import type { ObservedJob } from "../facts/Observed.ts"
import { Action } from "./Action.ts"

/** Ends a Job that may still run, once: nothing to do when it was told already. One that is suspended goes on to end, or leaves Kueue's queue. */
export const stop = (
  { deleting, name, namespace, queue, stopping, suspended, uid }: ObservedJob,
  reason: StopReason = "Cancelled"
): ReadonlyArray<Action> => {
  if (suspended && queue !== undefined) return deleting ? [] : [Action.DeleteJob({ namespace, name, uid })]
  return stopping !== undefined ? [] : [Action.StopJob({ namespace, name, uid, reason, resume: suspended })]
}
