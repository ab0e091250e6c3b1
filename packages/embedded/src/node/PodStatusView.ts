/** A pod's status, derived from the records of its containers. */
import type { ContainerState, ContainerStatus, ObjectCondition, Pod, PodStatus } from "@orchestrator/k8s/Objects"
import { isTrue, withCondition } from "../actors/Conditions.ts"
import { timestamp } from "../actors/Timestamps.ts"
import { type ContainerRecord, ofRole, type Records } from "./PodRecord.ts"
import { sharedMessage } from "./TerminationMessage.ts"

/** Why the node ends a pod that would have gone on. */
export interface PodEnd {
  /** `Evicted`, `DeadlineExceeded` */
  readonly reason: string
  readonly message: string
  /** Whether the pod gets the condition DisruptionTarget. */
  readonly disruption: boolean
}

/** Of the node, and of the pod. */
export interface Addresses {
  readonly host: string
  readonly pod: string
}

export interface StatusInputs {
  readonly pod: Pod
  readonly records: Records
  /** No container runs, and none will be started. */
  readonly ended: boolean
  readonly podEnd: PodEnd | undefined
  readonly addresses: Addresses
  readonly now: number
}

const exitedWell = ({ state }: ContainerRecord): boolean => state.terminated?.exitCode === 0

const wasStarted = ({ lastState, state }: ContainerRecord): boolean =>
  state.running !== undefined || state.terminated !== undefined || lastState !== undefined

/** What has no probe is ready as soon as it runs. */
const isReady = ({ ready = true, state }: ContainerRecord): boolean => state.running !== undefined && ready

const phaseOf = ({ ended, records, podEnd }: StatusInputs): NonNullable<PodStatus["phase"]> => {
  if (!ended) return ofRole(records, "main").some(wasStarted) ? "Running" : "Pending"
  return podEnd === undefined && ofRole(records, "init", "main").every(exitedWell) ? "Succeeded" : "Failed"
}

/** Messages share the room that a pod has for them. */
const shown = ({ terminated, ...state }: ContainerState, pod: Pod): ContainerState =>
  terminated?.message === undefined
    ? { ...state, ...(terminated === undefined ? {} : { terminated }) }
    : { ...state, terminated: { ...terminated, message: sharedMessage(terminated.message, pod) } }

const statusOf = (pod: Pod) => (record: ContainerRecord): ContainerStatus => {
  const { lastState, restartCount, spec, state } = record
  const up = state.running !== undefined
  return {
    name: spec.name,
    image: spec.image,
    imageID: wasStarted(record) ? spec.image : "",
    ...(wasStarted(record) ? { containerID: `local://${pod.metadata.uid ?? ""}/${spec.name}/${restartCount}` } : {}),
    ready: isReady(record) || (record.role === "init" && exitedWell(record)),
    started: up,
    restartCount,
    state: shown(state, pod),
    ...(lastState === undefined ? {} : { lastState: shown(lastState, pod) })
  }
}

const named = (records: ReadonlyArray<ContainerRecord>): string => `[${records.map(({ spec }) => spec.name).join(" ")}]`

const initialized = (records: Records): Omit<ObjectCondition, "lastTransitionTime"> => {
  const missing = [
    ...ofRole(records, "init").filter((record) => !exitedWell(record)),
    ...ofRole(records, "sidecar").filter((record) => !wasStarted(record))
  ]
  return missing.length === 0 ? { type: "Initialized", status: "True" } : {
    type: "Initialized",
    status: "False",
    reason: "ContainersNotInitialized",
    message: `containers with incomplete status: ${named(missing)}`
  }
}

const readiness = (type: string, inputs: StatusInputs): Omit<ObjectCondition, "lastTransitionTime"> => {
  const phase = phaseOf(inputs)
  if (phase === "Succeeded") return { type, status: "False", reason: "PodCompleted" }
  if (phase === "Failed") return { type, status: "False", reason: "PodFailed" }
  const unready = ofRole(inputs.records, "sidecar", "main").filter((record) => !isReady(record))
  return unready.length === 0 ? { type, status: "True" } : {
    type,
    status: "False",
    reason: "ContainersNotReady",
    message: `containers with unready status: ${named(unready)}`
  }
}

/** Volumes and network are there: what comes before the first image is pulled. */
const sandbox = ({ ended, records }: StatusInputs): Omit<ObjectCondition, "lastTransitionTime"> => {
  const prepared = [...records.values()].some((record) => wasStarted(record) || isHeldUp(record))
  return { type: "PodReadyToStartContainers", status: prepared && !ended ? "True" : "False" }
}

/** Waiting for something of its own: an image, a variable. */
const isHeldUp = ({ state }: ContainerRecord): boolean =>
  state.waiting !== undefined && state.waiting.reason !== "ContainerCreating" &&
  state.waiting.reason !== "PodInitializing"

const conditionsOf = (inputs: StatusInputs): ReadonlyArray<ObjectCondition> => {
  const before = inputs.pod.status?.conditions
  const wanted = [
    ...(inputs.podEnd?.disruption === true
      ? [{
        type: "DisruptionTarget",
        status: "True",
        reason: "TerminationByKubelet",
        message: inputs.podEnd.message
      }]
      : []),
    sandbox(inputs),
    initialized(inputs.records),
    readiness("Ready", inputs),
    readiness("ContainersReady", inputs),
    ...(isTrue(before, "PodScheduled") ? [] : [{ type: "PodScheduled", status: "True" }])
  ]
  const at = { lastTransitionTime: timestamp(inputs.now) }
  return wanted.reduce((all, condition) => withCondition(all, { ...condition, ...at }), before ?? [])
}

/** The status to report. What others have put there (conditions) stays. */
export const podStatus = (inputs: StatusInputs): PodStatus => {
  const { addresses, ended, now, pod, records, podEnd } = inputs
  const inits = ofRole(records, "init", "sidecar")
  return {
    ...pod.status,
    phase: phaseOf(inputs),
    ...(ended && podEnd !== undefined ? { reason: podEnd.reason, message: podEnd.message } : {}),
    conditions: conditionsOf(inputs),
    hostIP: addresses.host,
    podIP: addresses.pod,
    startTime: pod.status?.startTime ?? timestamp(now),
    ...(inits.length === 0 ? {} : { initContainerStatuses: inits.map(statusOf(pod)) }),
    containerStatuses: ofRole(records, "main").map(statusOf(pod))
  }
}
