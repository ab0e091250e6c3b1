/** The times of an attempt: how long its start may take, how long its agent may work. Read from the cluster, so a restart changes nothing. */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { DateTime, Duration, Option } from "effect"
import type { ObservedJob } from "../facts/Observed.ts"

/** What a usual start takes: nothing is said of it before. */
const usualStart = Duration.seconds(10)

/** How long a pod may be without a node before that is worth telling: claims are being bound, nodes being made. */
const schedulingTime = Duration.seconds(10)

/** What time alone may mend has so many times `job.startDeadlineSeconds`. */
const longStart = 3

const timeOf = (text: string | undefined): DateTime.Utc | undefined =>
  text === undefined ? undefined : Option.getOrUndefined(Option.map(DateTime.make(text), DateTime.toUtc))

/** Undefined where the text is no time. */
export const after = (text: string | undefined, duration: Duration.Duration): DateTime.Utc | undefined => {
  const time = timeOf(text)
  return time === undefined ? undefined : DateTime.addDuration(time, duration)
}

/** When the start of what is there now began: of the Job, of the Job that was let go on, or of its pod. */
const beginOf = (
  { createdAt, pod, resumedAt }: Pick<ObservedJob, "createdAt" | "pod" | "resumedAt">
): string | undefined =>
  [createdAt, resumedAt, pod?.createdAt].reduce((left, right) =>
    left === undefined || (right !== undefined && right > left) ? right : left
  )

/** Until when a start is too young to be told of. */
export const usualUntil = (job: Pick<ObservedJob, "createdAt" | "pod" | "resumedAt">): DateTime.Utc | undefined =>
  after(beginOf(job), usualStart)

/** The same of a Job that is made now. */
export const usualFrom = (now: DateTime.Utc): DateTime.Utc => DateTime.addDuration(now, usualStart)

/** Until when it is nothing to tell that a pod has no node. */
export const schedulingUntil = ({ pod }: ObservedJob): DateTime.Utc | undefined =>
  after(pod?.stuck?.since, schedulingTime)

/** Until when a start may fail. */
export const startLimit = (
  job: ObservedJob,
  { job: { startDeadlineSeconds } }: OrchestratorConfig,
  mayPass: boolean
): DateTime.Utc | undefined => after(beginOf(job), Duration.seconds(startDeadlineSeconds * (mayPass ? longStart : 1)))

/** When the agent's time is over; undefined: it has not begun, or its Job's own deadline is all there is. */
export const agentDeadline = ({ pod, timeoutSeconds }: ObservedJob): DateTime.Utc | undefined =>
  timeoutSeconds === undefined || pod?.begunAt === undefined
    ? undefined
    : after(pod.begunAt, Duration.seconds(timeoutSeconds))

/** A Job's own deadline: the agent's time after the longest start, for when nobody looks after it. */
export const jobDeadlineSeconds = (timeoutSeconds: number, { job }: OrchestratorConfig): number =>
  timeoutSeconds + job.startDeadlineSeconds * longStart

export const isPast = (now: DateTime.Utc, time: DateTime.Utc | undefined): boolean =>
  time !== undefined && DateTime.isLessThanOrEqualTo(time, now)
