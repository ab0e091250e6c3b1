import type { ObservedJob, PresentRun } from "../../facts/Observed.ts"
import type { Action } from "../Action.ts"
import { currentEntry } from "../Attempts.ts"
import type { Rule } from "../Rule.ts"
import type { NotStarted, Started } from "../Stage.ts"
import { ended } from "../Status.ts"

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
  return status.attempts?.some(({ jobName }) => jobName === name) === true ? lost(stage, undefined) : undefined
}

/** The attempt's Job is being deleted before its agent has ended. */
export const jobBeingDeleted: Rule<Started> = (stage) =>
  stage.job.deleting && stage.job.pod?.ended === undefined ? lost(stage, stage.job) : undefined
