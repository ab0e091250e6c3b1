import { nameFields } from "@orchestrator/domain/Decode"
import { printable } from "@orchestrator/domain/Printable"
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
  const dropped = job.pod?.dropped ?? []
  const notes = dropped.length === 0 ? [] : [`Left out of its report: ${nameFields(dropped)}.`]
  if (pause !== undefined) {
    return paused(observed, { pause, message: sentences([verdict.message, ...notes]), attempt, evidence })
  }
  const message = notes.length === 0 ? verdict.message : sentences([verdict.message, ...notes])
  return ended(observed, { ...verdict, message, advice: goOn[verdict.reason], attempt, evidence })
}

/** Each clipped before the next, so that a long story leaves room for what is said of it. */
const sentences = (all: ReadonlyArray<string>): string =>
  all.map((each) => sentence(printable(each, { max: 512 }))).join(" ")

/** What to do when the run does not go on by itself any more. */
const goOn: Partial<Record<TerminalReason, string>> = {
  BudgetExceeded: "Raise spec.maxCostUsd or spec.maxTurns, and spec.contextVersion, to go on in the same session.",
  InfraLost: "Raise spec.contextVersion to go on in the same workspace.",
  RateLimited: "It was waited for often enough: raise spec.contextVersion to go on."
}
