/** Which attempt a run is at, and the name of its Job: worked out from spec and status, remembered nowhere. */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import { isTerminal } from "@orchestrator/domain/Phase"
import { type AttemptKey, effectiveVersion } from "@orchestrator/domain/Retry"
import { runKinds } from "../kinds/RunKinds.ts"
import type { RunStatusView } from "./RunStatus.ts"

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

interface Named {
  readonly kind: KindName
  readonly name: string
  readonly originalUid: string
}

/** A name that the status records for this attempt's Job, where its first one was taken, counts. Of no other form is any name believed. */
export const jobNameOf = ({ kind, name, originalUid }: Named, attempt: AttemptKey, status: RunStatusView): string => {
  const { jobName: nameOf } = runKinds[kind]
  const again = status.contextVersion === attempt.contextVersion
    ? /-([0-9a-f]{8})$/.exec(status.jobName ?? "")?.[1]
    : undefined
  const own = nameOf(name, originalUid, attempt)
  // The text that the status has already, where it is the same: one fewer to keep.
  if (status.jobName === own || (again !== undefined && status.jobName === nameOf(name, originalUid, attempt, again))) {
    return status.jobName
  }
  return status.attempts?.find(({ jobName }) => jobName === own)?.jobName ?? own
}
