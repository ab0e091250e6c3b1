import { mustWait } from "../../line/Workspaces.ts"
import type { Rule } from "../Rule.ts"
import type { NotStarted } from "../Stage.ts"
import { waiting } from "../Status.ts"

/** One run at a time in a workspace, the oldest first. */
export const waitingForWorkspace: Rule<NotStarted> = (stage) => {
  const { config, workspace } = stage
  if (workspace === undefined || !mustWait(workspace.turn, config)) return undefined
  const { claim, turn } = workspace
  return waiting(
    stage,
    "WaitingForWorkspace",
    turn.tag === "waiting"
      ? `Waiting for workspace ${claim}: in use by ${turn.behind}.`
      : `Waiting for workspace ${claim} to be deleted; a new one is created then.`
  )
}
