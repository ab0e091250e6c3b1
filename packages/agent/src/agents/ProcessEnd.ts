/** What the end of an agent's process means. Whether work was delivered is not known here. */
import { Data } from "effect"

export type ProcessEnd = Data.TaggedEnum<{
  /** The agent says that it is done; delivery decides. */
  Finished: { readonly message: string; readonly forced?: string }
  /** A limit of the run was reached; `complete`: the last answer was whole, so delivery may be too. */
  OverBudget: { readonly message: string; readonly complete: boolean; readonly forced?: string }
  /** A usage limit of the account; `resetAt` in epoch seconds where it is known. */
  Limited: { readonly message: string; readonly resetAt: number | undefined }
  /** The model's API failed after the agent's own tries. */
  UpstreamDown: { readonly message: string }
  /** The process ended or went silent without a result. */
  Lost: { readonly message: string }
  /** The new session's id is taken. */
  SessionInUse: {}
  /** The session to resume is not there. */
  SessionUnknown: {}
  Failed: { readonly reason: "SetupFailed" | "InvalidSpec" | "AgentError"; readonly message: string }
}>
export const ProcessEnd = Data.taggedEnum<ProcessEnd>()
