import { isAlive } from "../../attempt/CurrentAttempt.ts"
import { isPast } from "../../attempt/StartClock.ts"
import { currentEntry } from "../Attempts.ts"
import { explainRefusal, type Refusal } from "../Refusal.ts"
import type { Rule } from "../Rule.ts"
import { blockedStatus, failureOf, runningStatus } from "../RunningStatus.ts"
import type { NotStarted, Started } from "../Stage.ts"
import { type Standing, standingOf, startDeadline, startWithout } from "../Standing.ts"
import { ended, refused } from "../Status.ts"

/** The cluster refuses what an attempt starts with: for as long as a quota or a policy does, or for ever. */
export const refusedStart: Rule<NotStarted> = (stage) => {
  const { feedback, now, run } = stage
  if (feedback?._tag !== "Refused") return undefined
  const { lasting, what, words } = feedback
  const refusal = explainRefusal(what, words)
  // The Job is there already, which its pod cannot begin without its files.
  const attempt = what === "ConfigMap" ? currentEntry(run, now, undefined) : undefined
  if (lasting) {
    return ended(stage, {
      reason: "InvalidSpec",
      message: refusal.message,
      ...(attempt === undefined ? {} : { attempt })
    })
  }
  return attempt === undefined
    ? refused(stage, refusal)
    : blockedStatus(stage, attempt, withoutFiles(refusal, run.namespace))
}

/**
 * The cluster refuses what an attempt's pod waits for, or to stop it. A start that can never be ends; one that may ends when it lasts. What
 * runs already runs on.
 */
export const refusedWhileStarted: Rule<Started> = (stage) => {
  const { config, feedback, job, now, run } = stage
  if (feedback?._tag !== "Refused") return undefined
  const { lasting, what, words } = feedback
  const refusal = explainRefusal(what, words)
  const attempt = currentEntry(run, now, job)
  const begun = job.pod?.begun === true
  if (what === "request to stop") {
    return blockedStatus(stage, attempt, { ...standingOf(job, now), message: refusal.message, trouble: refusal })
  }
  if (begun || !isAlive(job)) return runningStatus(stage, job)
  if (lasting) return ended(stage, { reason: "InvalidSpec", message: refusal.message, attempt })
  const standing = withoutFiles(refusal, job.namespace)
  const failure = isPast(now, startDeadline(job, standing, config)) ? failureOf(run, standing) : undefined
  return failure === undefined ? blockedStatus(stage, attempt, standing) : ended(stage, { ...failure, attempt })
}

const withoutFiles = (refusal: Refusal, namespace: string): Standing =>
  startWithout(
    refusal,
    { reason: "SetupFailed", advice: `See kubectl describe namespace -n ${namespace}.` },
    namespace
  )
