/** From a stored Job and its pod to what decisions read of them. */
import { parseAgentResult } from "@orchestrator/domain/AgentResult"
import { jobFinalizer, retryAnnotation, stopAnnotation } from "@orchestrator/domain/Labels"
import type { ContainerStatus, Job, ObjectCondition, Pod } from "@orchestrator/k8s/Objects"
import { agentContainer } from "./manifest/PodSpec.ts"
import type { AgentEnd, JobEnd, ObservedJob, ObservedPod } from "./Observed.ts"

export interface PodSeen {
  readonly pod: Pod
  readonly gone: boolean
}

export const observeJob = ({ metadata, status }: Job, pod: PodSeen | undefined): ObservedJob => ({
  name: metadata.name ?? "",
  namespace: metadata.namespace ?? "",
  uid: metadata.uid ?? "",
  attempt: {
    contextVersion: Number(metadata.labels?.["context-version"] ?? 1) || 1,
    retry: Number(metadata.annotations?.[retryAnnotation] ?? 0) || 0
  },
  deleting: metadata.deletionTimestamp !== undefined,
  held: metadata.finalizers?.includes(jobFinalizer) === true,
  finalizerIndex: metadata.finalizers?.indexOf(jobFinalizer) ?? -1,
  stopping: metadata.annotations?.[stopAnnotation] !== undefined,
  end: endOf(status?.conditions ?? []),
  pod: pod === undefined ? undefined : observePod(pod)
})

const isTrue = (conditions: ReadonlyArray<ObjectCondition>, type: string) =>
  conditions.find((condition) => condition.type === type && condition.status === "True")

/** Complete or Failed; what announces them does not count, since pods may still be there. */
const endOf = (conditions: ReadonlyArray<ObjectCondition>): JobEnd | undefined => {
  const complete = isTrue(conditions, "Complete")
  if (complete !== undefined) {
    return { succeeded: true, reason: complete.reason ?? "Completed", message: complete.message ?? "" }
  }
  const failed = isTrue(conditions, "Failed")
  return failed === undefined
    ? undefined
    : { succeeded: false, reason: failed.reason ?? "Failed", message: failed.message ?? "" }
}

export const observePod = ({ gone, pod: { metadata, status } }: PodSeen): ObservedPod => {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
  const finished = status?.phase === "Succeeded" || status?.phase === "Failed"
  return {
    name: metadata.name ?? "",
    gone,
    over: gone || finished,
    stuck: finished ? undefined : stuckOn(containers, status?.conditions ?? []),
    ended: agentEnd(status?.containerStatuses ?? [], gone || finished)
  }
}

/** How long a pod may be without a node before that is worth telling: claims are being bound, nodes being made. */
export const schedulingSeconds = 10

/** The scheduler's word that it has found no node yet. */
export const unscheduledOf = (conditions: ReadonlyArray<ObjectCondition>): ObjectCondition | undefined =>
  conditions.find(({ status, type }) => type === "PodScheduled" && status === "False")

const passing = new Set(["ContainerCreating", "PodInitializing"])

const stuckOn = (
  containers: ReadonlyArray<ContainerStatus>,
  conditions: ReadonlyArray<ObjectCondition>
): ObservedPod["stuck"] => {
  const waiting = containers.map(({ state }) => state?.waiting).find((state) =>
    state?.reason !== undefined && !passing.has(state.reason)
  )
  if (waiting?.reason !== undefined) return { reason: waiting.reason, message: waiting.message ?? waiting.reason }
  const unscheduled = unscheduledOf(conditions)
  if (unscheduled === undefined) return undefined
  const { lastTransitionTime: since, message = "", reason: said = "Unschedulable" } = unscheduled
  const reason = message.includes("unbound immediate PersistentVolumeClaims") ? "ClaimPending" : said
  return { reason, message, ...(since === undefined ? {} : { since }) }
}

const agentEnd = (containers: ReadonlyArray<ContainerStatus>, over: boolean): AgentEnd | undefined => {
  const terminated = containers.find(({ name }) => name === agentContainer)?.state?.terminated
  return terminated === undefined || !over
    ? undefined
    : {
      exitCode: terminated.exitCode,
      reason: terminated.reason ?? "",
      result: parseAgentResult(terminated.message)
    }
}
