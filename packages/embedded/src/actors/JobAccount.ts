/**
 * Counts every pod's end exactly once: its UID is first listed as uncounted, then its finalizer goes, then it moves into the counts.
 * A crash between any two of these writes loses and doubles nothing.
 */
import type { Job, Pod } from "@orchestrator/k8s/Objects"
import { hasFailed, isTracked } from "./JobPods.ts"
import { judgeFailure } from "./PodFailurePolicy.ts"

export interface Account {
  readonly succeeded: number
  readonly failed: number
  readonly uncounted: { readonly succeeded: ReadonlyArray<string>; readonly failed: ReadonlyArray<string> }
  /** Pods that have ended and still carry the finalizer. */
  readonly ended: ReadonlyArray<Pod>
  /** Set when a pod that has not been counted yet makes the whole Job fail. */
  readonly failJob: string | undefined
}

const uidOf = ({ metadata }: Pod): string => metadata.uid ?? ""

export const accountFor = (job: Job, pods: ReadonlyArray<Pod>): Account => {
  const { failed = 0, succeeded = 0, uncountedTerminatedPods } = job.status ?? {}
  const listed = {
    succeeded: uncountedTerminatedPods?.succeeded ?? [],
    failed: uncountedTerminatedPods?.failed ?? []
  }
  const tracked = pods.filter(isTracked)
  const held = new Set(tracked.map(uidOf))
  const waiting = (uids: ReadonlyArray<string>) => uids.filter((uid) => held.has(uid))

  const known = new Set([...listed.succeeded, ...listed.failed])
  const fresh = tracked.filter((pod) => !known.has(uidOf(pod)))
  const won = fresh.filter(({ status }) => status?.phase === "Succeeded")
  const lost = fresh.filter((pod) => hasFailed(job, pod))
  const judged = lost.map((pod) => ({ pod, failure: judgeFailure(job, pod) }))
  const fatal = judged.find(({ failure }) => failure.action === "FailJob")?.failure

  return {
    succeeded: succeeded + listed.succeeded.length - waiting(listed.succeeded).length,
    failed: failed + listed.failed.length - waiting(listed.failed).length,
    uncounted: {
      succeeded: [...waiting(listed.succeeded), ...won.map(uidOf)],
      failed: [
        ...waiting(listed.failed),
        ...judged.filter(({ failure }) => failure.action !== "Ignore").map(({ pod }) => uidOf(pod))
      ]
    },
    ended: [...tracked.filter((pod) => known.has(uidOf(pod))), ...won, ...lost],
    failJob: fatal?.action === "FailJob" ? fatal.message : undefined
  }
}
