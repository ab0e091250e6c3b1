import type { StopReason } from "../facts/Job.ts"
import type { ObservedJob } from "../facts/Observed.ts"
import { Action } from "./Action.ts"

/** Ends a Job that may still run, once: nothing to do when it was told already. One that is suspended goes on to end. */
export const stop = (
  { name, namespace, stopping, suspended, uid }: ObservedJob,
  reason: StopReason = "Cancelled"
): ReadonlyArray<Action> =>
  stopping === undefined ? [Action.StopJob({ namespace, name, uid, reason, resume: suspended })] : []
