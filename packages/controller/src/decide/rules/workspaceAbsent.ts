import { isAlive } from "../../attempt/CurrentAttempt.ts"
import type { RunSpec } from "../../kinds/RunSpec.ts"
import { createWorkspace } from "../CreateWorkspace.ts"
import type { Rule } from "../Rule.ts"
import type { Started } from "../Stage.ts"

/** A Job whose claim was deleted before its pod had a node, which is when nothing protects a claim: made again, for this run. */
export const workspaceAbsent: Rule<Started & { readonly spec: RunSpec }> = (stage) => {
  const { job, spec, workspace } = stage
  // A pod that has a node has its volume, whatever the store has of the claim.
  if (job.claim === undefined || job.deleting || !isAlive(job) || job.pod?.stuck === undefined) return undefined
  if (spec.workspace === undefined || workspace === undefined || workspace.current !== undefined) return undefined
  return [createWorkspace(stage, workspace.claim, spec.workspace)]
}
