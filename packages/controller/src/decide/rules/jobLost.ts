import type { Attempt } from "@orchestrator/domain/Attempt"
import { pauseAfter } from "../../attempt/Pause.ts"
import type { LiveRun } from "../../facts/LiveRun.ts"
import type { ObservedJob, PresentRun } from "../../facts/Observed.ts"
import type { Action } from "../Action.ts"
import { currentEntry } from "../Attempts.ts"
import type { Rule } from "../Rule.ts"
import type { NotStarted, Started } from "../Stage.ts"
import { ended, paused } from "../Status.ts"

/** What is still at work without the Job. */
const leftBehind = (job: ObservedJob | undefined): string => {
  if (job?.orphaning !== true || job.pod === undefined || job.pod.over) return ""
  const { name, namespace } = job.pod
  return ` Its pod ${name} was left behind and keeps the workspace until it ends: kubectl delete pod ${name} -n ${namespace}.`
}

const lost = (observed: PresentRun, job: ObservedJob | undefined): ReadonlyArray<Action> =>
  ended(observed, {
    reason: "JobLost",
    message: `The Job ${observed.run.jobName} was deleted while it was running.${leftBehind(job)}`,
    advice: "Raise spec.contextVersion to try again.",
    attempt: currentEntry(observed.run, observed.now, job)
  })

/** The attempt's Job was there and is not: it is never created a second time. */
export const jobGone: Rule<NotStarted> = (stage) => {
  const { jobName: name, status } = stage.run
  const entry = status.attempts?.find(({ jobName }) => jobName === name)
  if (entry === undefined) return undefined
  return startedBeforeRestore(stage.run, entry) ? leftElsewhere(stage, entry) : lost(stage, undefined)
}

/** Whether an attempt is from before the run was restored from a backup: its Job is another cluster's. */
const startedBeforeRestore = ({ createdAt, originalUid, uid }: LiveRun, { startedAt = "" }: Attempt): boolean =>
  originalUid !== uid && startedAt < createdAt

/** Nobody here knows how it ended, so the run goes on as after the loss of a node: with its branch and its session, and bounded in number. */
const leftElsewhere = (stage: NotStarted, attempt: Attempt): ReadonlyArray<Action> => {
  const message = `The run was restored from a backup while the Job ${attempt.jobName} was at work.`
  const pause = pauseAfter(stage, "InfraLost", undefined)
  return pause === undefined
    ? ended(stage, {
      reason: "InfraLost",
      message,
      advice: "Raise spec.contextVersion to continue.",
      attempt
    })
    : paused(stage, { pause, message, attempt, evidence: {} })
}

/** The attempt's Job is being deleted before its agent has ended. */
export const jobBeingDeleted: Rule<Started> = (stage) =>
  stage.job.deleting && stage.job.pod?.ended === undefined ? lost(stage, stage.job) : undefined
