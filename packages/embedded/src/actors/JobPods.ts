/** The pods of a Job, as the Job controller sees them. */
import type { Job, Pod } from "@orchestrator/k8s/Objects"
import { isTrue } from "./Conditions.ts"
import { earliest, millisOf } from "./Timestamps.ts"

/** Holds a pod until its end has been counted. */
export const trackingFinalizer = "batch.kubernetes.io/job-tracking"

export const isTracked = ({ metadata }: Pod): boolean => metadata.finalizers?.includes(trackingFinalizer) === true

export const hasEnded = ({ status }: Pod): boolean => status?.phase === "Succeeded" || status?.phase === "Failed"

const isDeleting = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined

export const isReady = ({ status }: Pod): boolean => isTrue(status?.conditions, "Ready")

/** Whether a pod that is being deleted blocks its successor until it has ended. */
export const replacesOnlyFailed = ({ spec }: Job): boolean =>
  (spec.podReplacementPolicy ?? (spec.podFailurePolicy === undefined ? "TerminatingOrFailed" : "Failed")) === "Failed"

/** Whether the pod counts as failed; one that is deleted before it had a node will never be ended by a node. */
export const hasFailed = (job: Job, pod: Pod): boolean =>
  pod.status?.phase === "Failed" ||
  (isDeleting(pod) && !hasEnded(pod) && (pod.spec.nodeName === undefined || !replacesOnlyFailed(job)))

/** When the pod ended, as far as its statuses say. */
export const endOf = (pod: Pod): number | undefined => {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {}
  const ends = [...initContainerStatuses, ...containerStatuses].flatMap(({ state }) =>
    millisOf(state?.terminated?.finishedAt) ?? []
  )
  if (ends.length > 0) return Math.max(...ends)
  return earliest(millisOf(pod.metadata.deletionTimestamp)) ?? millisOf(pod.metadata.creationTimestamp)
}

/** Container restarts of pods that are not over, for restartPolicy OnFailure. */
export const restartsOf = (pods: ReadonlyArray<Pod>): number =>
  pods
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0)

export interface PodGroups {
  /** Neither ended nor being deleted. */
  readonly active: ReadonlyArray<Pod>
  /** Being deleted and not ended. */
  readonly terminating: ReadonlyArray<Pod>
}

export const groupPods = (pods: ReadonlyArray<Pod>): PodGroups => {
  const going = pods.filter((pod) => !hasEnded(pod) && !(pod.spec.nodeName === undefined && isDeleting(pod)))
  return {
    active: going.filter((pod) => !isDeleting(pod)),
    terminating: going.filter(isDeleting)
  }
}
