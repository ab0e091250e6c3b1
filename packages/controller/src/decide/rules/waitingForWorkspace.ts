import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { WorkspaceTurn } from "../../facts/Observed.ts"
import { currentJob } from "../CurrentAttempt.ts"
import type { Rule } from "../Plan.ts"
import { waiting } from "../Status.ts"

/** Whether a run cannot start in its workspace yet. A claim that is being deleted can be mounted by nobody. */
export const mustWait = (turn: WorkspaceTurn | undefined, { storage }: OrchestratorConfig): boolean =>
  turn?.tag === "deleting" || (turn?.tag === "waiting" && storage.access === "Exclusive")

/** One run at a time in a workspace, the oldest first. */
export const waitingForWorkspace: Rule = (observed) => {
  const { config, jobs, run, workspace } = observed
  if (workspace === undefined || !mustWait(workspace.turn, config) || currentJob(run, jobs) !== undefined) {
    return undefined
  }
  const { claim, turn } = workspace
  return waiting(
    observed,
    "WaitingForWorkspace",
    turn.tag === "waiting"
      ? `Waiting for ${claim}, which ${turn.behind} has.`
      : `Waiting until ${claim} is deleted; a new one is made then.`
  )
}
