import { formatTime } from "@orchestrator/domain/Retention"
import type { DateTime } from "effect"
import { isAlive } from "../../attempt/CurrentAttempt.ts"
import { pausedUntil } from "../../attempt/Pause.ts"
import { isJudgeable, isOverdue } from "../../attempt/PodEnd.ts"
import { isQueued } from "../../attempt/Queue.ts"
import type { ObservedJob } from "../../facts/Observed.ts"
import type { Action } from "../Action.ts"
import { entryOf } from "../Attempts.ts"
import { credentialHints } from "../CredentialHints.ts"
import { evidenceOf } from "../Evidence.ts"
import { type CredentialHints, judgeAgent, judgeJob, type Verdict } from "../Judge.ts"
import { nodeAway } from "../NodeAway.ts"
import { explainRefusal } from "../Refusal.ts"
import { release, timeToLive } from "../ReleaseJob.ts"
import type { Rule } from "../Rule.ts"
import type { Superseding } from "../Stage.ts"
import { closed, refused, waiting } from "../Status.ts"
import { stop } from "../StopJob.ts"

/** An attempt other than the current one ends, is recorded and let go before the next one starts; its pod is gone by then. */
export const supersededAttempt: Rule<Superseding> = (stage) => {
  const { config, feedback, former, now, run } = stage
  if (feedback?._tag === "Refused") return refused(stage, explainRefusal(feedback.what, feedback.words))
  const isStaying = isAlive(former) && !former.deleting
  if (isStaying && !isOverdue(former, now)) return stop(former)
  const recorded = run.status.attempts?.find((attempt) => attempt.jobName === former.name)?.outcome
  if (recorded !== undefined) {
    if (isStaying) return pausedUntil(stage) === undefined ? untilGone(stage) : []
    return former.held ? [release(former, timeToLive(recorded, config))] : []
  }
  const judged = verdictOn(former, now, credentialHints(stage))
  if (judged === undefined) return []
  const attempt = closed(entryOf(run, former, evidenceOf(former)), formatTime(now), judged)
  return waiting(stage, "Accepted", "The next attempt is about to start.", attempt)
}

/** Undefined: it is not known how the attempt ended. */
const verdictOn = (former: ObservedJob, now: DateTime.Utc, hints: CredentialHints): Verdict | undefined => {
  // What is taken out of a queue is deleted, and bears no word of ours.
  const job: ObservedJob = isQueued(former) ? { ...former, stopping: former.stopping ?? "Cancelled" } : former
  return (job.pod?.ended === undefined ? undefined : judgeAgent(job, job.pod.ended, hints)) ??
    (isJudgeable(job, now) || job.deleting ? judgeJob(job, hints) : undefined)
}

const untilGone = (stage: Superseding): ReadonlyArray<Action> => {
  const { former: { name, pod }, run } = stage
  const what = pod === undefined ? `The Job ${name} has not ended.` : nodeAway(pod)
  return waiting(
    stage,
    run.tenant === undefined ? "Accepted" : "WaitingForWorkspace",
    `The next attempt waits. ${what}`
  )
}
