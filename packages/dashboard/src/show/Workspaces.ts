/** Workspaces in words. */
import type { Workspace } from "@orchestrator/client/promises/Orchestrator"

/** Whether nobody has it or waits for it, and it is not on its way out. */
export const isIdle = ({ deletedAt, holders, line }: Pick<Workspace, "deletedAt" | "holders" | "line">): boolean =>
  deletedAt === undefined && holders.length === 0 && line.length === 0

export const stateOf = (
  workspace: Pick<Workspace, "deletedAt" | "holders" | "line" | "phase">
): { readonly tone: "calm" | "active" | "warn" | "bad"; readonly words: string } => {
  if (workspace.deletedAt !== undefined) return { tone: "warn", words: "Being deleted" }
  if (workspace.phase === "Lost") return { tone: "bad", words: "Volume lost" }
  if (workspace.holders.length > 0) return { tone: "active", words: "In use" }
  if (workspace.line.length > 0) return { tone: "warn", words: "Waited for" }
  return workspace.phase === "Pending" ? { tone: "warn", words: "No volume yet" } : { tone: "calm", words: "Idle" }
}

/** Those that have a text in what is shown of them; upper and lower case are the same. */
export const matching = (workspaces: ReadonlyArray<Workspace>, text: string): ReadonlyArray<Workspace> => {
  const wanted = text.trim().toLowerCase()
  return wanted === "" ?
    workspaces :
    workspaces.filter(({ githubUser, holders, line, name, repository, service }) =>
      [name, service, repository, githubUser, ...holders, ...line.map(({ run }) => run)]
        .some((part) => part?.toLowerCase().includes(wanted))
    )
}
