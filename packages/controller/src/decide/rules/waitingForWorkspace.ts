import type { WorkspaceTurn } from "../../facts/Observed.ts"
import { mustWait } from "../../line/Workspaces.ts"
import type { Rule } from "../Rule.ts"
import type { NotStarted } from "../Stage.ts"
import { waiting } from "../Status.ts"

/** One run at a time in a workspace, the oldest first. Which run has it changes often, is not said here, and is asked of the HTTP API. */
export const waitingForWorkspace: Rule<NotStarted> = (stage) => {
  const { config, workspace } = stage
  if (workspace === undefined || !mustWait(workspace.turn, config)) return undefined
  const { claim, turn } = workspace
  return waiting(stage, "WaitingForWorkspace", `Waiting for workspace ${claim}${detailOf(turn)}`)
}

const detailOf = ({ tag }: WorkspaceTurn): string => {
  if (tag === "ending") return ": in use by the previous attempt."
  return tag === "deleting" ? " to be deleted; a new one is created then." : "."
}
