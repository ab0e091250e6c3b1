import { nameFields } from "@orchestrator/domain/Decode"
import { evidenceNotKept } from "@orchestrator/domain/Evidence"
import { type KindName, runKinds } from "@orchestrator/domain/kinds/RunKinds"
import { printable } from "@orchestrator/domain/Printable"
import type { TerminalReason } from "@orchestrator/domain/Reason"
import { sentence } from "@orchestrator/domain/Text"
import { pauseAfter } from "../attempt/Pause.ts"
import { podEndUntil } from "../attempt/PodEnd.ts"
import { isPast } from "../attempt/StartClock.ts"
import type { ObservedJob, PresentRun } from "../facts/Observed.ts"
import type { Action } from "./Action.ts"
import { entryOf } from "./Attempts.ts"
import { type Evidence, evidenceOf } from "./Evidence.ts"
import type { Verdict } from "./Judge.ts"
import { nodeAway } from "./NodeAway.ts"
import { ended, paused } from "./Status.ts"

/** What follows from the verdict on the current attempt: the run goes on by itself after a while, or has ended. */
export const conclude = (observed: PresentRun, job: ObservedJob, verdict: Verdict): ReadonlyArray<Action> => {
  const evidence = evidenceOf(job)
  const attempt = entryOf(observed.run, job, evidence)
  const pause = pauseAfter(observed, verdict.reason, evidence.resetAt)
  const dropped = job.pod?.dropped ?? []
  const saved = savedAt(verdict.reason, evidence)
  const notes = [
    ...(saved === undefined ? [] : [saved]),
    ...(job.pod !== undefined && isPast(observed.now, podEndUntil(job)) ? [nodeAway(job.pod)] : []),
    ...(evidence.evidenceProblem === undefined ? [] : [`${evidenceNotKept}: ${evidence.evidenceProblem}`]),
    ...(dropped.length === 0 ? [] : [`Invalid fields left out of its report: ${nameFields(dropped)}.`])
  ]
  if (pause !== undefined) {
    return paused(observed, { pause, message: sentences([verdict.message, ...notes]), attempt, evidence })
  }
  const message = notes.length === 0 ? verdict.message : sentences([verdict.message, ...notes])
  const advice = adviceOn(observed.run.kind, verdict.reason)
  return ended(observed, { ...verdict, message, advice, attempt, evidence })
}

/** Each clipped before the next, so that a long report leaves room for what is said of it. */
const sentences = (all: ReadonlyArray<string>): string =>
  all.map((each) => sentence(printable(each, { max: 512 }))).join(" ")

/** Ends that somebody else has brought about: what was saved of the work by then. */
const stopped: ReadonlySet<TerminalReason> = new Set(["Cancelled", "DeadlineExceeded"])

const savedAt = (reason: TerminalReason, { delivery }: Evidence): string | undefined => {
  if (!stopped.has(reason) || delivery === undefined) return undefined
  const { branch, changed, headCommit } = delivery
  return headCommit !== undefined && changed
    ? `Its work was saved on ${branch} at ${headCommit.slice(0, 12)}.`
    : "None of its work was pushed."
}

const adviceOn = (kind: KindName, reason: TerminalReason): string | undefined =>
  runKinds[kind].hasVersions || goOn[reason] === undefined ? goOn[reason] : "Create the run again."

/** What to do when the run does not go on by itself any more. */
const goOn: Partial<Record<TerminalReason, string>> = {
  BudgetExceeded: "Raise spec.maxCostUsd or spec.maxTurns and spec.contextVersion to continue in the same session.",
  DeadlineExceeded: "Raise spec.timeoutSeconds and spec.contextVersion to continue in the same session.",
  InfraLost: "Raise spec.contextVersion to continue in the same workspace.",
  RateLimited: "The usage limit did not clear in time. Raise spec.contextVersion to continue."
}
