import { DateTime, Duration, Option } from "effect"
import { currentEntry } from "../Attempts.ts"
import { currentJob } from "../CurrentAttempt.ts"
import type { ObservedJob, ObservedPod } from "../Observed.ts"
import { schedulingSeconds } from "../ObservedJobs.ts"
import type { Rule } from "../Plan.ts"
import { runningStatus } from "./runningStatus.ts"

/** The attempt is under way; the status says so, and says when its pod cannot start. */
export const jobRunning: Rule = (observed) => {
  const job = currentJob(observed.run, observed.jobs)
  if (job === undefined) return undefined
  const stuck = job.pod === undefined ? refused(job) : job.pod.stuck
  return runningStatus(
    observed,
    currentEntry(observed.run, observed.now),
    isYoung(observed.now, stuck) ? undefined : stuck
  )
}

const refused = ({ podRefused }: ObservedJob): ObservedPod["stuck"] =>
  podRefused === undefined ? undefined : { reason: "PodRefused", message: podRefused }

/** A pod that has no node yet is nothing to tell for some seconds. */
const isYoung = (now: DateTime.Utc, stuck: ObservedPod["stuck"]): boolean =>
  stuck?.since !== undefined && Option.match(DateTime.make(stuck.since), {
    onNone: () => false,
    onSome: (since) => Math.abs(Duration.toSeconds(DateTime.distance(since, now))) < schedulingSeconds
  })
