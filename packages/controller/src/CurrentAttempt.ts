/** Which attempt a run is at. Derived from spec, status and Jobs whenever they are observed; remembered nowhere. */
import { isTerminal, type Outcome } from "@orchestrator/domain/Phase"
import { type AttemptKey, effectiveVersion } from "@orchestrator/domain/Retry"
import type { Observed, ObservedJob, ObservedRun, RunStatusView } from "./Observed.ts"

/** The attempt to work on: the highest version that spec or status knows, and its automatic retries so far. */
export const attemptOf = (contextVersion: number, status: RunStatusView): AttemptKey => {
  const version = effectiveVersion(contextVersion, status.contextVersion)
  return { contextVersion: version, retry: version === status.contextVersion ? (status.retryCount ?? 0) : 0 }
}

export const currentJob = ({ jobName }: ObservedRun, jobs: Observed["jobs"]): ObservedJob | undefined =>
  jobs.find((job) => job.name === jobName)

/** The terminal phase of the current attempt; undefined while there is something to do. */
export const finalPhase = ({ contextVersion, status }: ObservedRun): Outcome | undefined =>
  isTerminal(status.phase) && contextVersion <= (status.contextVersion ?? contextVersion) ? status.phase : undefined

/** Whether a Job can still have a live pod. */
export const isAlive = (job: ObservedJob): boolean => job.end === undefined && job.pod?.over !== true
