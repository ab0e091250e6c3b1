import { currentJob } from "../CurrentAttempt.ts"
import type { Rule } from "../Plan.ts"
import { waiting } from "../Status.ts"

/** One run at a time in a workspace, the oldest first. */
export const waitingForWorkspace: Rule = (observed) => {
  const { config, jobs, run, workspace } = observed
  if (workspace?.turn.tag !== "waiting" || config.storage.access === "Shared") return undefined
  if (currentJob(run, jobs) !== undefined) return undefined
  const { behind } = workspace.turn
  return waiting(observed, "WaitingForWorkspace", `Waiting for ${workspace.claim}, which ${behind} has.`)
}
