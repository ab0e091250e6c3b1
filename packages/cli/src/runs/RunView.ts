/** What a run's answer says to somebody who waits for it: what it is called, and how it ended. Pure. */
import { exitCodes } from "../connect/CommandFailed.ts"
import type { RunAnswer } from "./RunAnswer.ts"

/** As one names it on the command line: `coderun/NAME`. */
export const answerRef = ({ kind, name }: Pick<RunAnswer, "kind" | "name">): string => `${kind.toLowerCase()}/${name}`

/** 0: delivered. */
export const exitCodeOf = ({ phase, reason }: RunAnswer): number => {
  if (phase === "Succeeded") return 0
  if (phase === "Cancelled") return exitCodes.cancelled
  return reason === "NoChanges" ? exitCodes.nothingToChange : exitCodes.failed
}
