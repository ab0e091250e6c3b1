/** Which attempt a run is at. Derived from spec, status and Jobs whenever they are observed; remembered nowhere. */
import { isTerminal, type Outcome } from "@orchestrator/domain/Phase"
import { type AttemptKey, effectiveVersion } from "@orchestrator/domain/Retry"
import type { Observed, ObservedJob, ObservedPod, ObservedRun, RunStatusView } from "../facts/Observed.ts"

/**
 * The attempt to work on: the highest version that spec or status knows, and how often it was taken up again by itself. An attempt that
 * has ended while the run has not is followed by the next.
 */
export const attemptOf = (contextVersion: number, status: RunStatusView): AttemptKey => {
  const version = effectiveVersion(contextVersion, status.contextVersion)
  const last = status.attempts?.findLast((attempt) => attempt.contextVersion === version)
  const again = last?.outcome !== undefined && version === status.contextVersion && !isTerminal(status.phase)
  const unrecorded = version === status.contextVersion ? status.retryCount : undefined
  return {
    contextVersion: version,
    retry: last === undefined ? (unrecorded ?? 0) : (last.retry ?? 0) + (again ? 1 : 0)
  }
}

export const currentJob = ({ jobName }: ObservedRun, jobs: Observed["jobs"]): ObservedJob | undefined =>
  jobs.find((job) => job.name === jobName)

/** The terminal phase of the current attempt; undefined while there is something to do. */
export const finalPhase = ({ contextVersion, status }: ObservedRun): Outcome | undefined =>
  isTerminal(status.phase) && contextVersion <= (status.contextVersion ?? contextVersion) ? status.phase : undefined

/** Whether a Job can still have a live pod; one that was suspended makes another when it is let go on. */
export const isAlive = (job: ObservedJob): boolean =>
  job.end === undefined && (job.suspended || job.pod?.over !== true || isFormer(job, job.pod))

/** Whether the pod is one from before its Job was suspended. */
export const isFormer = ({ resumedAt }: ObservedJob, { createdAt }: ObservedPod): boolean =>
  resumedAt !== undefined && createdAt !== undefined && createdAt < resumedAt
