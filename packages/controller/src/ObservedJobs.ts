/** From a stored Job and its pod to what decisions read of them. */
import { parseAgentResult } from "@orchestrator/domain/AgentResult"
import { parseBrokerResult } from "@orchestrator/domain/BrokerResult"
import { jobFinalizer, retryAnnotation, stopAnnotation } from "@orchestrator/domain/Labels"
import type { ContainerStatus, Job, ObjectCondition, Pod, PodSpec } from "@orchestrator/k8s/Objects"
import { Result } from "effect"
import { brokerContainer } from "./manifest/BrokerContainer.ts"
import { agentContainer } from "./manifest/PodSpec.ts"
import type { AgentEnd, JobEnd, ObservedJob, ObservedPod } from "./Observed.ts"

export interface PodSeen {
  readonly pod: Pod
  readonly gone: boolean
}

/** Whether the run's pod has a broker, whatever the configuration says by now. */
export const hasBroker = ({ containers, initContainers = [] }: PodSpec): boolean =>
  [...initContainers, ...containers].some(({ name }) => name === brokerContainer)

export const observeJob = ({ metadata, spec, status }: Job, pod: PodSeen | undefined): ObservedJob => ({
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
  brokered: hasBroker(spec.template.spec),
  ...workspaceIn(spec.template.spec),
  end: endOf(status?.conditions ?? []),
  pod: pod === undefined ? undefined : observePod(pod)
})

/** The claim that a pod mounts; ours have one at most. */
export const claimIn = ({ volumes = [] }: PodSpec): string | undefined =>
  volumes.map((volume) => volume.persistentVolumeClaim?.claimName).find((name) => name !== undefined)

const workspaceIn = (spec: PodSpec): Pick<ObservedJob, "claim"> => {
  const claim = claimIn(spec)
  return claim === undefined ? {} : { claim }
}

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
    ended: agentEnd(status?.containerStatuses ?? [], gone || finished),
    testimony: testimonyOf(containers, gone || finished)
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
  // A broker that is started again while the agent works is nothing to tell.
  const works = containers.some(({ name, state }) => name === agentContainer && state?.running !== undefined)
  const held = containers.find(({ name, state }) =>
    state?.waiting?.reason !== undefined && !passing.has(state.waiting.reason) && !(works && name === brokerContainer)
  )
  const waiting = held?.state?.waiting
  if (held !== undefined && waiting?.reason !== undefined) {
    return brokerTrouble(held) ?? { reason: waiting.reason, message: waiting.message ?? waiting.reason }
  }
  const unscheduled = unscheduledOf(conditions)
  if (unscheduled === undefined) return undefined
  const { lastTransitionTime: since, message = "", reason: said = "Unschedulable" } = unscheduled
  const reason = message.includes("unbound immediate PersistentVolumeClaims") ? "ClaimPending" : said
  return { reason, message, ...(since === undefined ? {} : { since }) }
}

/** A broker that ends as often as it is started has said why. */
const brokerTrouble = (container: ContainerStatus): ObservedPod["stuck"] => {
  if (container.name !== brokerContainer) return undefined
  const problem = Result.match(parseBrokerResult(wordsOf(container)), {
    onFailure: () => undefined,
    onSuccess: (testimony) => testimony.problem
  })
  return problem === undefined ? undefined : { reason: "BrokerFailed", message: problem }
}

/** The broker's last words; where it was killed without any, those of the one that it was started in place of. */
const testimonyOf = (containers: ReadonlyArray<ContainerStatus>, over: boolean): ObservedPod["testimony"] => {
  const broker = containers.find(({ name }) => name === brokerContainer)
  return broker === undefined || !over ? undefined : parseBrokerResult(wordsOf(broker))
}

const wordsOf = ({ lastState, state }: ContainerStatus): string | undefined =>
  [state, lastState].map((each) => each?.terminated?.message).find((words) =>
    words !== undefined && words.trim() !== ""
  )

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
