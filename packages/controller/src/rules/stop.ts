import { Action } from "../Action.ts"
import type { ObservedJob } from "../Observed.ts"

/** Ends a Job that may still run, once: nothing to do when it was told already. */
export const stop = ({ name, namespace, stopping, uid }: ObservedJob): ReadonlyArray<Action> =>
  stopping ? [] : [Action.StopJob({ namespace, name, uid })]
