import { isAlive } from "../../attempt/CurrentAttempt.ts"
import { isOverdue } from "../../attempt/PodEnd.ts"
import { isEvicted, isQueued } from "../../attempt/Queue.ts"
import { currentEntry } from "../Attempts.ts"
import { conclude } from "../Conclude.ts"
import type { Rule } from "../Rule.ts"
import { runningStatus } from "../RunningStatus.ts"
import type { NotStarted, Started, Unreadable } from "../Stage.ts"
import { ended } from "../Status.ts"
import { stop } from "../StopJob.ts"

const message = "The run was cancelled."

/** What has not begun never does. */
export const cancelledBeforeStart: Rule<NotStarted | Unreadable> = (stage) => {
  const { now, run } = stage
  if (!run.cancel) return undefined
  const { attempt: { contextVersion }, jobName: name } = run
  const tries = run.status.attempts?.filter((attempt) => attempt.contextVersion === contextVersion) ?? []
  const begun = tries.some(({ jobName }) => jobName === name)
  return ended(stage, {
    reason: "Cancelled",
    message: tries.length > 0 ? message : "The run was cancelled before it started.",
    ...(begun ? { attempt: currentEntry(run, now, undefined) } : {})
  })
}

/** What runs is told to stop and gets its grace; its end is judged like any other. */
export const cancelledWhileStarted: Rule<Started> = (stage) => {
  const { job, now, run } = stage
  if (!run.cancel) return undefined
  if (isEvicted(job, run)) {
    return job.pod?.over === false ? undefined : conclude(stage, job, { reason: "Cancelled", message })
  }
  if (job.deleting && job.pod?.ended === undefined) {
    return ended(stage, { reason: "Cancelled", message, attempt: currentEntry(run, now, job) })
  }
  if (!isAlive(job) || isOverdue(job, now)) return undefined
  if (isQueued(job)) return stop(job)
  return [...stop(job), ...runningStatus(stage, { ...job, stopping: job.stopping ?? "Cancelled" })]
}
