/**
 * When an attempt may be judged by its Job alone. A Job that is over, or is to fail, does not say what became of its pod: that is told by
 * another watch, later or never, and a pod whose node is away does not end. So the pod's own end is waited for, within a bound.
 */
import { type DateTime, Duration } from "effect"
import type { ObservedJob } from "../facts/Observed.ts"
import { after, isPast } from "./StartClock.ts"

/** Longer than a watch that tells nothing is left alone: see k8s/Reflector. */
const untold = Duration.minutes(3)
/** After the pod's own grace; as long as Kubernetes itself lets a pod be on a node that does not answer. */
const nodeAway = Duration.minutes(5)

const latest = (...times: ReadonlyArray<string | undefined>): string | undefined =>
  times.reduce((left, right) => left === undefined || (right !== undefined && right > left) ? right : left)

/** Until when the end of the pod is waited for; undefined: it is known, or there is nothing to wait for. */
export const podEndUntil = ({ end, failing, pod, podBehind }: ObservedJob): DateTime.Utc | undefined => {
  const said = end ?? failing
  if (said === undefined || pod?.over === true) return undefined
  if (pod !== undefined) return after(latest(said.at, pod.goesAt), nodeAway)
  if (end === undefined) return after(said.at, nodeAway)
  return podBehind === true ? after(end.at, untold) : undefined
}

/** Whether the pod of a Job that is to fail has had its time to end, and has not. */
export const isOverdue = (job: ObservedJob, now: DateTime.Utc): boolean =>
  job.end === undefined && isPast(now, podEndUntil(job))

/** Whether there is nothing to wait for any more before an attempt without a word is judged. */
export const isJudgeable = (job: ObservedJob, now: DateTime.Utc): boolean => {
  const until = podEndUntil(job)
  return job.end === undefined ? isPast(now, until) : until === undefined || isPast(now, until)
}
