/** From a stored Job and its pod to what decisions read of them. */
import { type AgentResult, decodeAgentResult } from "@orchestrator/domain/AgentResult"
import { decodeBrokerResult } from "@orchestrator/domain/BrokerResult"
import type { Decoded, FieldProblem } from "@orchestrator/domain/Decode"
import { jobFinalizer, retryAnnotation, stopAnnotation } from "@orchestrator/domain/Labels"
import type { ContainerStatus, EnvVar, Job, ObjectCondition, Pod, PodSpec } from "@orchestrator/k8s/Objects"
import { Result } from "effect"
import { brokerContainer } from "./manifest/BrokerContainer.ts"
import { agentContainer } from "./manifest/PodSpec.ts"
import type { JobEnd, ObservedJob, ObservedPod } from "./Observed.ts"

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
const sessionVariables = ["SESSION_ID", "RESUME_SESSION_ID"] as const

const isSession = (name: string) => sessionVariables.some((each) => each === name)

/** Of a Job's template, the variables that its runner's word on a session is held to. */
export const sessionEnv = ({ containers }: PodSpec): ReadonlyArray<EnvVar> =>
  containers.filter(({ name }) => name === agentContainer)
    .flatMap(({ env = [] }) => env.filter(({ name, value }) => value !== undefined && isSession(name)))

const sessionsOf = (spec: PodSpec): ReadonlyArray<string> => sessionEnv(spec).flatMap(({ value }) => value ?? [])

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

/** `sessions`: those that the Job handed to its runner. */
export const observePod = (
  { gone, pod: { metadata, status } }: PodSeen,
  sessions: ReadonlyArray<string> = []
): ObservedPod => {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
  const finished = status?.phase === "Succeeded" || status?.phase === "Failed"
  const over = gone || finished
  const told = over ? endOfAgent(status?.containerStatuses ?? [], sessions) : undefined
  const testified = over ? testimonyOf(containers) : undefined
  return {
    name: metadata.name ?? "",
    gone,
    over,
    stuck: finished ? undefined : stuckOn(containers, status?.conditions ?? []),
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
  const problem = Result.match(decodeBrokerResult(wordsOf(container)), {
    onFailure: () => undefined,
    onSuccess: ({ value }) => value.problem
  })
  return problem === undefined ? undefined : { reason: "BrokerFailed", message: problem }
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
