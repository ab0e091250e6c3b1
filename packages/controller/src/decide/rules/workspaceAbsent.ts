import { Result } from "effect"
import { currentJob, isAlive } from "../CurrentAttempt.ts"
import type { Rule } from "../Plan.ts"
import { createWorkspace } from "./jobAbsent.ts"

/** A Job whose claim was deleted before its pod had a node, which is when nothing protects a claim: made again, for this run. */
export const workspaceAbsent: Rule = (observed) => {
  const { jobs, run, workspace } = observed
  const job = currentJob(run, jobs)
  // A pod that has a node has its volume, whatever the store has of the claim.
  if (job?.claim === undefined || job.deleting || !isAlive(job) || job.pod?.stuck === undefined) return undefined
  if (Result.isFailure(run.spec) || run.spec.success.workspace === undefined) return undefined
  if (workspace === undefined || workspace.current !== undefined) return undefined
  return [createWorkspace(observed, workspace.claim, run.spec.success.workspace)]
}
