import type { Action } from "../../act/Action.ts"
import type { Observed } from "../../facts/Observed.ts"
import { release } from "./release.ts"

/** Nothing is started for a run that goes; its Jobs are let go once Kubernetes has marked them for deletion. */
export const beingDeleted = ({ jobs, orphans }: Observed): ReadonlyArray<Action> =>
  [...jobs, ...orphans].filter((job) => job.held && job.deleting).map((job) => release(job, undefined))
