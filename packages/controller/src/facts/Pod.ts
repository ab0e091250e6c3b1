/** What is kept of a pod: how far its start has come, and what its containers left when they ended. */
import { filesRefusedExitCode } from "@orchestrator/domain/AttemptFiles"
import { agentContainer, brokerContainer, prepareContainer } from "@orchestrator/domain/PodParts"
import { printable } from "@orchestrator/domain/Printable"
import type { ContainerStatus, ObjectCondition, OwnerReference, Pod } from "@orchestrator/k8s/Objects"
import type { Identity } from "@orchestrator/k8s/Store"
import { mostEntries, named, namedIf, shared, words } from "./Bounds.ts"
import { identityOf, runUidOf } from "./Identity.ts"
import { claimIn } from "./Job.ts"
import { whole } from "./Packed.ts"
import { lastWordsOf, noReports, problemOfBroker, type Reports, reportsOf, type Words, wordsOf } from "./Reports.ts"
import { sameJson } from "./SameJson.ts"

export interface PodFacts extends Identity, Reports {
  readonly runUid: string
  /** Jobs that own it. */
  readonly jobs: ReadonlyArray<{ readonly name: string; readonly uid: string }>
  /** Claim of the workspace that it mounts. */
  readonly claim: string | undefined
  /** RFC 3339 time of its creation. */
  readonly createdAt: string | undefined
  /** Whether it is being deleted; when the grace for its containers is over then (RFC 3339). */
  readonly deleting: boolean
  readonly goesAt: string | undefined
  /** Whether the agent's container has begun; since when, while it runs (RFC 3339). */
  readonly begun: boolean
  readonly begunAt: string | undefined
  /** From when to when the agent's container ran, once it has ended (RFC 3339). */
  readonly worked?: Worked
  /** The node that it was given to. */
  readonly node: string | undefined
  /** Whether a node has taken it. */
  readonly onNode: boolean
  /** Whether the volumes and the network of the pod are there, as far as its node has said. */
  readonly prepared: boolean
  /** Whether its containers run as far as anybody knows, but its node does not answer. */
  readonly unreachable: boolean
  /** Containers of others that still run although the agent's has ended. */
  readonly leftovers: ReadonlyArray<string>
  /** Whether its containers have all ended, or the pod is gone. */
  readonly over: boolean
  /** Whether the object is gone from the API; what it said last is kept. */
  readonly gone: boolean
  /** Whether its files were checked and are in place; from then on nobody reads the ConfigMap. */
  readonly filesPlaced: boolean
  /** Whether it ended because its files were not those that the Job names. */
  readonly filesRefused: boolean
  /** Why the agent does not start. */
  readonly stuck: Stuck | undefined
  /** Why it was ended, in the words of the node or of whoever evicted it. */
  readonly disruption: string | undefined
  /** What containers that have ended said, as it is: it counts once the pod is over. */
  readonly words: Words
}

interface Worked {
  readonly from: string
  readonly until: string
}

/** The kubelet's or the scheduler's reason and words. */
export interface Stuck {
  readonly reason: string
  readonly message: string
  /** The container that does not start; absent where it is the pod that has no node. */
  readonly container?: string
  /** Of the scheduler's word: since when (RFC 3339). */
  readonly since?: string
  /** Whether it is for want of a credential. */
  readonly missing?: boolean
}

/** Reports are read once, however often the pod changes after it is over; and so are its volumes, which never change. */
export const podFacts = ({ metadata, spec, status }: Pod, before?: PodFacts): PodFacts => {
  const isKnown = before !== undefined && before.uid !== "" && before.uid === metadata.uid
  const mains = (status?.containerStatuses ?? []).slice(0, mostEntries)
  const inits = (status?.initContainerStatuses ?? []).slice(0, mostEntries)
  const containers = [...inits, ...mains]
  const conditions = (status?.conditions ?? []).filter(({ status }) => status !== "True").slice(0, mostEntries)
  const over = status?.phase === "Succeeded" || status?.phase === "Failed"
  const agent = mains.find(({ name }) => name === agentContainer)?.state
  const begun = agent?.running !== undefined || agent?.terminated !== undefined
  const prepared = exitOf(containers, prepareContainer)
  const said = wordsOf(containers)
  return {
    ...identityOf(metadata),
    runUid: runUidOf(metadata),
    jobs: jobsIn(metadata.ownerReferences),
    claim: isKnown ? before.claim : claimIn(spec),
    createdAt: namedIf(metadata.creationTimestamp),
    deleting: metadata.deletionTimestamp !== undefined,
    goesAt: namedIf(metadata.deletionTimestamp),
    node: spec.nodeName === undefined ? undefined : shared(spec.nodeName),
    gone: false,
    over,
    filesPlaced: prepared === 0,
    filesRefused: prepared === filesRefusedExitCode,
    begun,
    begunAt: namedIf(agent?.running?.startedAt),
    ...workedIn(agent),
    onNode: containers.length > 0,
    prepared: isPrepared(containers, conditions),
    unreachable: isUnreachable(containers, conditions),
    leftovers: over || agent?.terminated === undefined ? [] : leftoversOf(mains),
    stuck: begun ? undefined : stuckOn(inits, mains, conditions),
    disruption: disruptionOf(status),
    words: said,
    ...(over ? reportsFrom(said, before) : noReports)
  }
}

const workedIn = (agent: ContainerStatus["state"]): Pick<PodFacts, "worked"> => {
  const { finishedAt, startedAt } = agent?.terminated ?? {}
  return finishedAt === undefined || startedAt === undefined
    ? {}
    : { worked: { from: named(startedAt), until: named(finishedAt) } }
}

/** The same pod after it is gone from the API. */
export const goneFacts = (pod: PodFacts): PodFacts => ({
  ...whole(pod),
  gone: true,
  over: true,
  leftovers: [],
  ...(pod.over ? {} : reportsOf(pod.words))
})

const reportsFrom = (said: Words, before: PodFacts | undefined): Reports => {
  if (before === undefined || !before.over || !sameJson(before.words, said)) return reportsOf(said)
  const { dropped, ended, brokerReport } = before
  return { dropped, ended, brokerReport }
}

const jobsIn = (owners: ReadonlyArray<OwnerReference> = []): PodFacts["jobs"] =>
  owners.slice(0, mostEntries).filter(({ kind }) => kind === "Job")
    .map(({ name, uid }) => ({ name: named(name), uid: named(uid) }))

const leftoversOf = (mains: ReadonlyArray<ContainerStatus>): ReadonlyArray<string> =>
  mains.filter(({ name, state }) => name !== agentContainer && state?.terminated === undefined)
    .map(({ name }) => named(name))

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

/** The condition says who; the kubelet's own word on the pod is there where there is none. */
const disruptionOf = (status: Pod["status"]): string | undefined => {
  const target = status?.conditions?.find(({ status, type }) => type === "DisruptionTarget" && status === "True")
  const said = [status?.message, target?.message].find((text) => text !== undefined && text !== "")
  return said === undefined ? undefined : clipped(said)
}

const passing = new Set(["ContainerCreating", "PodInitializing"])

const longestMessage = 320

const clipped = (text: string): string => printable(words(text), { max: longestMessage })

/** Containers beside the agent's that others have added keep nothing of ours from starting, unless they come before it. */
const stuckOn = (
  before: ReadonlyArray<ContainerStatus>,
  mains: ReadonlyArray<ContainerStatus>,
  conditions: ReadonlyArray<ObjectCondition>
): Stuck | undefined => {
  const held = [...before, ...mains.filter(({ name }) => name === agentContainer)].find(({ state }) =>
    state?.waiting?.reason !== undefined && !passing.has(state.waiting.reason)
  )
  const waiting = held?.state?.waiting
  if (held !== undefined && waiting?.reason !== undefined) {
    const reason = named(waiting.reason)
    return brokerTrouble(held) ?? { reason, message: clipped(waiting.message ?? reason), container: named(held.name) }
  }
  const unscheduled = conditions.find(({ status, type }) => type === "PodScheduled" && status === "False")
  if (unscheduled === undefined) return undefined
  const { lastTransitionTime: since, message = "", reason = "Unschedulable" } = unscheduled
  return { reason: named(reason), message: clipped(message), ...(since === undefined ? {} : { since: named(since) }) }
}

/** A broker that ends as often as it is started has said why. */
const brokerTrouble = (container: ContainerStatus): Stuck | undefined => {
  if (container.name !== brokerContainer) return undefined
  const { missing, problem } = problemOfBroker(lastWordsOf(container))
  return problem === undefined ? undefined : {
    reason: "BrokerFailed",
    message: problem,
    container: container.name,
    ...(missing === undefined ? {} : { missing: true })
  }
}
