/** Which attempt a run is at. Derived every time, from spec, status and Jobs; remembered nowhere. */
import { isTerminal, type Outcome } from "@orchestrator/domain/Phase"
import { type AttemptKey, effectiveVersion } from "@orchestrator/domain/Retry"
import type { Observed, ObservedJob, ObservedRun } from "./Observed.ts"
import { runKinds } from "./RunKind.ts"

/** The attempt to work on: the highest version that spec or status knows, and its automatic retries so far. */
export const currentAttempt = ({ contextVersion, status }: ObservedRun): AttemptKey => {
  const version = effectiveVersion(contextVersion, status.contextVersion)
  return { contextVersion: version, retry: version === status.contextVersion ? (status.retryCount ?? 0) : 0 }
}

export const currentJobName = (run: ObservedRun): string =>
  runKinds[run.kind].jobName(run.name, run.uid, currentAttempt(run))

export const currentJob = (run: ObservedRun, jobs: Observed["jobs"]): ObservedJob | undefined => {
  const name = currentJobName(run)
  return jobs.find((job) => job.name === name)
}

/** The terminal phase of the current attempt; undefined while there is something to do. */
export const finalPhase = ({ contextVersion, status }: ObservedRun): Outcome | undefined =>
  isTerminal(status.phase) && contextVersion <= (status.contextVersion ?? contextVersion) ? status.phase : undefined

/** Whether a Job can still have a live pod. */
export const isAlive = (job: ObservedJob): boolean => job.end === undefined && job.pod?.over !== true
