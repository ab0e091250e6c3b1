import type { TerminalReason } from "@orchestrator/domain/Reason"
import { sentence } from "@orchestrator/domain/Text"
import type { Action } from "../Action.ts"
import { entryOf } from "../Attempts.ts"
import { evidenceOf } from "../Evidence.ts"
import type { Verdict } from "../Judge.ts"
import type { ObservedJob } from "../Observed.ts"
import { pauseAfter } from "../Pause.ts"
import type { ObservedAlive } from "../Plan.ts"
import { ended, paused } from "../Status.ts"

/** What follows from the verdict on the current attempt: the run goes on by itself after a while, or has ended. */
export const conclude = (observed: ObservedAlive, job: ObservedJob, verdict: Verdict): ReadonlyArray<Action> => {
  const evidence = evidenceOf(job)
  const attempt = entryOf(observed.run, job, evidence)
  const pause = pauseAfter(observed, verdict.reason, evidence.resetAt)
  if (pause !== undefined) return paused(observed, { pause, message: sentence(verdict.message), attempt, evidence })
  return ended(observed, { ...verdict, advice: goOn[verdict.reason], attempt, evidence })
}

/** What to do when the run does not go on by itself any more. */
const goOn: Partial<Record<TerminalReason, string>> = {
  BudgetExceeded: "Raise spec.maxCostUsd or spec.maxTurns, and spec.contextVersion, to go on in the same session.",
  InfraLost: "Raise spec.contextVersion to go on in the same workspace.",
  RateLimited: "It was waited for often enough: raise spec.contextVersion to go on."
}
