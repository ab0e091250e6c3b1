/** From a stored Job and its pod to what decisions read of them. */
import { type AgentResult, decodeAgentResult } from "@orchestrator/domain/AgentResult"
import { filesRefusedExitCode } from "@orchestrator/domain/AttemptFiles"
import { decodeBrokerResult, emptyBrokerResult } from "@orchestrator/domain/BrokerResult"
import type { Decoded, FieldProblem } from "@orchestrator/domain/Decode"
import {
  jobFinalizer,
  retryAnnotation,
  specAnnotation,
  stopAnnotation,
  timeoutAnnotation
} from "@orchestrator/domain/Labels"
import { runnerNames } from "@orchestrator/domain/PodEnvironment"
import { printable } from "@orchestrator/domain/Printable"
import type { ContainerStatus, EnvVar, Job, ObjectCondition, Pod, PodSpec } from "@orchestrator/k8s/Objects"
import { Result } from "effect"
import { brokerContainer } from "../manifest/BrokerContainer.ts"
import { filesOf, prepareContainer } from "../manifest/Files.ts"
import { agentContainer } from "../manifest/PodSpec.ts"
import type { JobEnd, ObservedJob, ObservedPod, StopReason } from "./Observed.ts"
import { makeRecent } from "./Recent.ts"

export interface PodSeen {
  readonly pod: Pod
  readonly gone: boolean
}

/** Whether the run's pod has a broker, whatever the configuration says by now. */
export const hasBroker = ({ containers, initContainers = [] }: PodSpec): boolean =>
  [...initContainers, ...containers].some(({ name }) => name === brokerContainer)

export const observeJob = (job: Job, seen: PodSeen | undefined): ObservedJob => {
  const last = lastObserved.get(job)
  if (last !== undefined && last.pod === seen?.pod && last.gone === seen?.gone) return last.observed
  const observed = observe(job, seen)
  lastObserved.set(job, { pod: seen?.pod, gone: seen?.gone, observed })
  return observed
}

/** Each round asks again of objects that have not changed, and what containers have said is slow to read. */
const lastObserved = makeRecent<Job, {
  readonly pod: Pod | undefined
  readonly gone: boolean | undefined
  readonly observed: ObservedJob
}>()

const observe = ({ metadata, spec, status }: Job, pod: PodSeen | undefined): ObservedJob => ({
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
  createdAt: metadata.creationTimestamp,
  suspended: spec.suspend === true,
  resumedAt: status?.conditions?.find(({ status, type }) => type === "Suspended" && status === "False")
    ?.lastTransitionTime,
  stopping: stopReasonOf(metadata.annotations?.[stopAnnotation]),
  timeoutSeconds: Number(metadata.annotations?.[timeoutAnnotation]) || undefined,
  specHash: metadata.annotations?.[specAnnotation],
  brokered: hasBroker(spec.template.spec),
  files: filesOf(spec.template.spec),
  ...workspaceIn(spec.template.spec),
  end: endOf(status?.conditions ?? []),
  pod: pod === undefined ? undefined : observePod(pod, sessionsOf(spec.template.spec))
})

/** The claim that a pod mounts; ours have one at most. */
export const claimIn = ({ volumes = [] }: PodSpec): string | undefined =>
  volumes.map((volume) => volume.persistentVolumeClaim?.claimName).find((name) => name !== undefined)

const workspaceIn = (spec: PodSpec): Pick<ObservedJob, "claim"> => {
  const claim = claimIn(spec)
  return claim === undefined ? {} : { claim }
}

/** The variables that hand a session to the runner: one to begin, one to take up again. */
const sessionVariables: ReadonlySet<string> = new Set([runnerNames.sessionId, runnerNames.resumeSessionId])

/** Of a Job's template, the variables that its runner's word on a session is held to. */
export const sessionEnv = ({ containers }: PodSpec): ReadonlyArray<EnvVar> =>
  containers.filter(({ name }) => name === agentContainer)
    .flatMap(({ env = [] }) => env.filter(({ name, value }) => value !== undefined && sessionVariables.has(name)))

const sessionsOf = (spec: PodSpec): ReadonlyArray<string> => sessionEnv(spec).flatMap(({ value }) => value ?? [])

/** Older installations said only that they had. */
const stopReasonOf = (said: string | undefined): StopReason | undefined =>
  said === undefined || said === "DeadlineExceeded" || said === "Finished" ? said : "Cancelled"

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

/** Whether nothing of a pod runs any more. */
export const isOver = (status: Pod["status"]): boolean => status?.phase === "Succeeded" || status?.phase === "Failed"

/** `sessions`: those that the Job handed to its runner. */
export const observePod = (
  { gone, pod: { metadata, status } }: PodSeen,
  sessions: ReadonlyArray<string> = []
): ObservedPod => {
  const mains = status?.containerStatuses ?? []
  const containers = [...(status?.initContainerStatuses ?? []), ...mains]
  const over = gone || isOver(status)
  const told = over ? endOfAgent(mains, sessions) : undefined
  const testified = over ? testimonyOf(containers) : undefined
  const conditions = status?.conditions ?? []
  const agent = mains.find(({ name }) => name === agentContainer)?.state
  const begun = agent?.running !== undefined || agent?.terminated !== undefined
  return {
    name: metadata.name ?? "",
    createdAt: metadata.creationTimestamp,
    deleting: metadata.deletionTimestamp !== undefined,
    gone,
    over,
    filesPlaced: exitOf(containers, prepareContainer) === 0,
    filesRefused: exitOf(containers, prepareContainer) === filesRefusedExitCode,
    begun,
    begunAt: agent?.running?.startedAt,
    onNode: containers.length > 0,
    prepared: isPrepared(containers, conditions),
    unreachable: isUnreachable(containers, conditions),
    leftovers: over || agent?.terminated === undefined
      ? []
      : mains.filter(({ name, state }) => name !== agentContainer && state?.terminated === undefined)
        .map(({ name }) => name),
    stuck: begun ? undefined : stuckOn(status?.initContainerStatuses ?? [], mains, conditions),
    ended: told === undefined ? undefined : { ...told, result: valueOf(told.result) },
    testimony: testified === undefined ? undefined : valueOf(testified),
    dropped: [...droppedOf("runner", told?.result), ...droppedOf("broker", testified)]
  }
}

type Parsed<A> = Result.Result<Decoded<A>, ReadonlyArray<FieldProblem>>

const valueOf = <A>(parsed: Parsed<A>) => Result.map(parsed, ({ value }) => value)

const droppedOf = (by: string, parsed: Parsed<unknown> | undefined): ReadonlyArray<FieldProblem> =>
  parsed === undefined || Result.isFailure(parsed)
    ? []
    : parsed.success.dropped.map((problem) => ({ ...problem, path: `${by}.${problem.path}` }))

const hasYetToStart = ({ state }: ContainerStatus): boolean =>
  state?.running === undefined && state?.terminated === undefined

/** A node that knows the condition says by it when volumes and network are there; a container that has begun says the same. */
const isPrepared = (
  containers: ReadonlyArray<ContainerStatus>,
  conditions: ReadonlyArray<ObjectCondition>
): boolean =>
  !containers.every(hasYetToStart) ||
  !conditions.some(({ status, type }) => type === "PodReadyToStartContainers" && status === "False")

/** The node's controller takes the readiness of pods whose node does not answer; their containers stay as the node said last. */
const isUnreachable = (
  containers: ReadonlyArray<ContainerStatus>,
  conditions: ReadonlyArray<ObjectCondition>
): boolean =>
  containers.length > 0 &&
  containers.every(({ ready, state }) => ready && (state?.running ?? state?.terminated) !== undefined) &&
  conditions.some(({ status, type }) => type === "Ready" && status !== "True")

const exitOf = (containers: ReadonlyArray<ContainerStatus>, container: string): number | undefined =>
  containers.find(({ name }) => name === container)?.state?.terminated?.exitCode

/** How long a pod may be without a node before that is worth telling: claims are being bound, nodes being made. */
export const schedulingSeconds = 10

const passing = new Set(["ContainerCreating", "PodInitializing"])

const longestWords = 320

/** Containers beside the agent's that others have added keep nothing of ours from starting, unless they come before it. */
const stuckOn = (
  before: ReadonlyArray<ContainerStatus>,
  mains: ReadonlyArray<ContainerStatus>,
  conditions: ReadonlyArray<ObjectCondition>
): ObservedPod["stuck"] => {
  const held = [...before, ...mains.filter(({ name }) => name === agentContainer)].find(({ state }) =>
    state?.waiting?.reason !== undefined && !passing.has(state.waiting.reason)
  )
  const waiting = held?.state?.waiting
  if (held !== undefined && waiting?.reason !== undefined) {
    const message = printable(waiting.message ?? waiting.reason, { max: longestWords })
    return brokerTrouble(held) ?? { reason: waiting.reason, message, container: held.name }
  }
  const unscheduled = conditions.find(({ status, type }) => type === "PodScheduled" && status === "False")
  if (unscheduled === undefined) return undefined
  const { lastTransitionTime: since, message = "", reason = "Unschedulable" } = unscheduled
  return { reason, message: printable(message, { max: longestWords }), ...(since === undefined ? {} : { since }) }
}

/** A broker that ends as often as it is started has said why. */
const brokerTrouble = (container: ContainerStatus): ObservedPod["stuck"] => {
  if (container.name !== brokerContainer) return undefined
  const said = Result.match(decodeBrokerResult(wordsOf(container)), {
    onFailure: () => emptyBrokerResult,
    onSuccess: ({ value }) => value
  })
  return said.problem === undefined ? undefined : {
    reason: "BrokerFailed",
    message: said.problem,
    container: container.name,
    ...(said.missing === undefined ? {} : { missing: true })
  }
}

/** The broker's last words; where it was killed without any, those of the one that it was started in place of. */
const testimonyOf = (containers: ReadonlyArray<ContainerStatus>) => {
  const broker = containers.find(({ name }) => name === brokerContainer)
  return broker === undefined ? undefined : decodeBrokerResult(wordsOf(broker))
}

const wordsOf = ({ lastState, state }: ContainerStatus): string | undefined =>
  [state, lastState].map((each) => each?.terminated?.message).find((words) =>
    words !== undefined && words.trim() !== ""
  )

const endOfAgent = (containers: ReadonlyArray<ContainerStatus>, sessions: ReadonlyArray<string>) => {
  const terminated = containers.find(({ name }) => name === agentContainer)?.state?.terminated
  return terminated === undefined
    ? undefined
    : {
      exitCode: terminated.exitCode,
      reason: terminated.reason ?? "",
      result: Result.map(decodeAgentResult(terminated.message), (decoded) => withSession(decoded, sessions))
    }
}

/** A session is believed only where it is one that the Job handed out: its id goes into the next attempt's pod. */
const withSession = ({ dropped, value }: Decoded<AgentResult>, sessions: ReadonlyArray<string>) => {
  const { sessionId, ...rest } = value
  if (sessionId === undefined || sessions.includes(sessionId)) return { dropped, value }
  const problem: FieldProblem = { path: "sessionId", expected: "a session of this attempt", found: "another" }
  return { dropped: [...dropped, problem], value: rest }
}
