/** What a run's answer says to somebody who waits for it: does it go on, how did it end, what is it doing. Pure. */
import { isTerminal } from "@orchestrator/domain/Phase"
import { exitCodes } from "../connect/CommandFailed.ts"
import type { RunAnswer } from "./RunAnswer.ts"

/** As one names it on the command line: `coderun/NAME`. */
export const answerRef = ({ kind, name }: Pick<RunAnswer, "kind" | "name">): string => `${kind.toLowerCase()}/${name}`

const versionOf = (record: object | undefined): number => {
  const version = record !== undefined && "contextVersion" in record ? record.contextVersion : undefined
  return typeof version === "number" ? version : 1
}

/** Whether nothing more happens unless somebody asks: an attempt that was just asked for is still to come. */
export const hasEnded = ({ phase, spec, status }: RunAnswer): boolean =>
  isTerminal(phase) && versionOf(status) >= versionOf(spec)

/** 0: delivered. */
export const exitCodeOf = ({ phase, reason }: RunAnswer): number => {
  if (phase === "Succeeded") return 0
  if (phase === "Cancelled") return exitCodes.cancelled
  return reason === "NoChanges" ? exitCodes.nothingToChange : exitCodes.failed
}
