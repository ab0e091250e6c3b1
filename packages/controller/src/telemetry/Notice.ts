/** What of a change of phase is worth an Event, and in which words: what a person acts on. Pure. */
import { printable } from "@orchestrator/domain/Printable"
import { TerminalReason } from "@orchestrator/domain/Reason"
import { Schema } from "effect"
import type { PhaseChange } from "./PhaseChange.ts"

export interface Notice {
  readonly type: "Normal" | "Warning"
  readonly action: "Start" | "Wait" | "Refuse" | "Retry" | "Deliver" | "Fail" | "Cancel"
  readonly reason: string
  readonly note: string
  /** Whether nobody has to act: what every run that goes well has. */
  readonly usual: boolean
}

/** Bytes that the API server takes are 1,024; a UTF-16 unit has three at most. */
const longestNote = 340

const isTerminalReason = Schema.is(TerminalReason)

/** Ends before anything was started, for what the run asks. */
const refusals: ReadonlySet<string> = new Set(["InvalidSpec", "TemplateError", "DependencyFailed", "NameCollision"])

type Kind = Pick<Notice, "type" | "action" | "reason" | "usual">

const ofEnd = ({ phase, reason }: PhaseChange): Kind => {
  if (phase === "Succeeded") return { type: "Normal", action: "Deliver", reason: "Delivered", usual: true }
  if (phase === "Cancelled") return { type: "Normal", action: "Cancel", reason: "Cancelled", usual: false }
  return {
    type: "Warning",
    action: refusals.has(reason) ? "Refuse" : "Fail",
    reason: isTerminalReason(reason) ? reason : "Failed",
    usual: false
  }
}

const kindOf = (change: PhaseChange): Kind | undefined => {
  const { began, phase, reason } = change
  switch (phase) {
    case "Pending":
      // An attempt has ended, and the next one begins by itself.
      if (reason === "InfraLost" || reason === "RateLimited") {
        return { type: "Warning", action: "Retry", reason, usual: false }
      }
      return reason === "Accepted" ? undefined : { type: "Normal", action: "Wait", reason, usual: false }
    case "Running":
      if (reason === "Blocked") return { type: "Warning", action: "Wait", reason, usual: false }
      return began === undefined ? undefined : { type: "Normal", action: "Start", reason: "Started", usual: true }
    default:
      return ofEnd(change)
  }
}

/** Of an agent that works, as far as anybody knows. */
const troubleOf = ({ phase, trouble }: PhaseChange): Kind | undefined =>
  phase === "Running" && trouble !== undefined
    ? { type: "Warning", action: "Wait", reason: trouble, usual: false }
    : undefined

export const noticeOf = (change: PhaseChange): Notice | undefined => {
  const kind = change.moved ? kindOf(change) : troubleOf(change)
  return kind === undefined ? undefined : { ...kind, note: printable(change.message, { max: longestNote }) }
}
