/**
 * What the controller knows of the cluster: five stores, each with only the fields that decisions read. A pod's last state stays after
 * the pod is gone, for as long as its Job is there, since the result goes with the pod.
 */
import { fnv1aInt32 } from "@orchestrator/domain/Hash"
import {
  holderAnnotation,
  retryAnnotation,
  runLabel,
  runUidLabel,
  specAnnotation,
  stopAnnotation,
  tenantAnnotation,
  timeoutAnnotation
} from "@orchestrator/domain/Labels"
import { repositoryIdentity, type Tenant, tenantKey, tenantOf, workspaceNames } from "@orchestrator/domain/Tenant"
import type {
  ConfigMap,
  ContainerState,
  ContainerStatus,
  CustomObject,
  Event,
  Job,
  KubernetesObject,
  Metadata,
  ObjectCondition,
  OwnerReference,
  PersistentVolumeClaim,
  Pod,
  PodSpec,
  Volume
} from "@orchestrator/k8s/Objects"
import { makeStore, type Store } from "@orchestrator/k8s/Store"
import { Context, Layer } from "effect"
import type { KindName } from "../kinds/RunKind.ts"
import { brokerContainer } from "../manifest/BrokerContainer.ts"
import { filesOf, filesParts } from "../manifest/Files.ts"
import { agentContainer } from "../manifest/PodSpec.ts"
import { isFinished } from "./FinishedRun.ts"
import { claimIn, hasBroker, sessionEnv } from "./ObservedJobs.ts"
import { makeRecent } from "./Recent.ts"
import { formatKey, runsOf } from "./RunKey.ts"
import { bounded } from "./Small.ts"
import type { StoredRun } from "./StoredRun.ts"

export class Stores extends Context.Service<Stores, {
  readonly runs: Readonly<Record<KindName, Store<StoredRun>>>
  readonly jobs: Store<Job>
  readonly pods: Store<Pod>
  /** Last states of pods that are gone, by the UID of their Job. */
  readonly lastPods: Map<string, Pod>
  readonly files: Store<ConfigMap>
  readonly workspaces: Store<PersistentVolumeClaim>
  /** What the Job controller has against making a Job's pod. */
  readonly refusals: Store<Event>
  /** What nodes meet before the first container of a pod. */
  readonly podWarnings: Store<Event>
}>()("@orchestrator/controller/facts/Stores") {
  static readonly layer = Layer.sync(Stores, () => ({
    runs: {
      CodeRun: makeStore<StoredRun>({
        uid: uidOf,
        tenant: tenantsOf,
        task: (run) => isFinished(run) ? [] : tasksOf(run),
        active: (run) => isFinished(run) ? [] : workspacesOf(run),
        dependency: dependenciesOf
      }),
      DocsRun: makeStore<StoredRun>({ uid: uidOf })
    },
    jobs: makeStore<Job>({
      owner: ownersOf,
      ownerName: ownerNamesOf,
      claim: claimsOf(({ spec }) => spec.template.spec)
    }),
    pods: makeStore<Pod>({
      job: ownersOf,
      run: (pod) => listed(pod.metadata.labels?.[runUidLabel]),
      claim: claimsOf(({ spec }) => spec)
    }),
    lastPods: new Map<string, Pod>(),
    files: makeStore<ConfigMap>(),
    workspaces: makeStore<PersistentVolumeClaim>(),
    refusals: makeStore<Event>({ object: ({ involvedObject }) => listed(involvedObject.uid) }),
    podWarnings: makeStore<Event>({ object: ({ involvedObject }) => listed(involvedObject.uid) })
  }))
}

/** What a store asks of an object, once for each: it asks again when another takes its place, and in several indexes. */
const once = <A>(read: (run: CustomObject) => A) => {
  const known = makeRecent<CustomObject, { readonly value: A }>()
  return (run: CustomObject): A => {
    const found = known.get(run)
    if (found !== undefined) return found.value
    const value = read(run)
    known.set(run, { value })
    return value
  }
}

const listed = (value: string | undefined): ReadonlyArray<string> => (value === undefined ? [] : [value])
const uidOf = ({ metadata }: KubernetesObject) => listed(metadata.uid)
const ownersOf = ({ metadata }: KubernetesObject) => (metadata.ownerReferences ?? []).map(({ uid }) => uid)
const ownerNamesOf = (job: KubernetesObject) => runsOf(job).map(formatKey)

/** The tenant that a CodeRun's spec names. */
export const tenantIn = once(({ spec: { githubUser, repositoryUrl, service } }): Tenant | undefined =>
  typeof service === "string" && typeof repositoryUrl === "string" && typeof githubUser === "string"
    ? tenantOf({ service, repositoryUrl, githubUser })
    : undefined
)

/** Index value of a tenant's runs. */
export const tenantIndex = (namespace: string, tenant: Tenant): string => `${namespace}/${tenantKey(tenant)}`

const tenantsOf = (run: CustomObject): ReadonlyArray<string> => {
  const tenant = tenantIn(run)
  return tenant === undefined ? [] : [tenantIndex(run.metadata.namespace ?? "", tenant)]
}

/** Index value of the task that a CodeRun does: the runs of it write to the same repository. */
export const tasksOf = once(({ metadata, spec: { repositoryUrl, taskId } }): ReadonlyArray<string> =>
  typeof repositoryUrl === "string" && typeof taskId === "number"
    ? [`${metadata.namespace}/${taskId}/${repositoryIdentity(repositoryUrl)}`]
    : []
)

/** Index values of the claims that a CodeRun may work in. */
export const workspacesOf = once((run): ReadonlyArray<string> => {
  const tenant = tenantIn(run)
  return tenant === undefined ? [] : workspaceNames(tenant).map((name) => `${run.metadata.namespace}/${name}`)
})

/** Index value of the claim that a Job's pods, or a pod, mount. */
const claimsOf = <A extends KubernetesObject>(podOf: (object: A) => PodSpec) => (object: A): ReadonlyArray<string> => {
  const claim = claimIn(podOf(object))
  return claim === undefined ? [] : [`${object.metadata.namespace}/${claim}`]
}

/** Index value of the CodeRuns that depend on one: a hash, since each may name 64. Whoever shares it with them is looked at once more. */
export const dependencyIndex = (namespace: string, name: string): number => fnv1aInt32(`${namespace}/${name}`)

const dependenciesOf = ({ metadata, spec }: CustomObject): ReadonlyArray<number> =>
  Array.isArray(spec["dependsOn"])
    ? spec["dependsOn"].map((name) => dependencyIndex(metadata.namespace ?? "", String(name)))
    : []

/** One text for all objects that have the same, of those that few have. */
const texts = new Map<string, string>()
const shared = (text: string): string => {
  if (text.length > longestName) return bounded(text, longestName)
  const known = texts.get(text)
  if (known !== undefined) return known
  if (texts.size < 1000) texts.set(text, text)
  return text
}

const sharedOwner = ({ apiVersion, kind, name, uid }: OwnerReference): OwnerReference => ({
  apiVersion: shared(apiVersion),
  kind: shared(kind),
  name: bounded(name, longestName),
  uid: bounded(uid, longestName)
})

/** Longer than any name, reason or time of ours. */
const longestName = 317
/** What is shown of words of the cluster. */
const longestWords = 1024
/** Entries of a list that anybody can make longer. */
const mostEntries = 16

const keptLabels = [runUidLabel, runLabel, "task-type", "context-version"]
const keptAnnotations = [holderAnnotation, retryAnnotation, specAnnotation, stopAnnotation, timeoutAnnotation]

const pick = (
  record: Readonly<Record<string, string>> | undefined,
  keys: ReadonlyArray<string>
): Readonly<Record<string, string>> | undefined => {
  const found = keys.filter((key) => (record?.[key]?.length ?? Infinity) <= longestName)
  return found.length === 0 ? undefined : Object.fromEntries(found.map((key) => [key, record?.[key] ?? ""]))
}

/** Of what belongs to runs: which object it is, whose it is, and what we have noted on it. */
const identity = (metadata: Metadata): Metadata => {
  const { deletionTimestamp, finalizers, name, namespace, ownerReferences, resourceVersion, uid } = metadata
  const labels = pick(metadata.labels, keptLabels)
  const annotations = pick(metadata.annotations, keptAnnotations)
  return {
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace: shared(namespace) }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(finalizers === undefined ? {} : { finalizers: finalizers.slice(0, mostEntries).map(shared) }),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(ownerReferences === undefined
      ? {}
      : { ownerReferences: ownerReferences.slice(0, mostEntries).map(sharedOwner) })
  }
}

/** The sessions that it hands out. */
const sessionContainers = (spec: PodSpec): PodSpec["containers"] => {
  const env = sessionEnv(spec).map(({ name, value = "" }) => ({ name, value: bounded(value, longestName) }))
  return env.length === 0 ? [] : [{ name: agentContainer, image: "", env }]
}

const claimVolume = (spec: PodSpec): ReadonlyArray<Volume> => {
  const claimName = claimIn(spec)
  return claimName === undefined
    ? []
    : [{ name: "workspace", persistentVolumeClaim: { claimName: bounded(claimName, longestName) } }]
}

const noFiles = { initContainers: [], volumes: [] }

/** Of the pod template, its files, its sessions, the workspace's claim and whether it has a broker are all that is asked later. */
const pruneTemplate = (spec: PodSpec): PodSpec => {
  const files = filesOf(spec)
  const parts = files === undefined ? noFiles : filesParts({
    name: bounded(files.name, longestName),
    ...(files.digest === undefined ? {} : { digest: bounded(files.digest, longestName) })
  })
  return {
    containers: sessionContainers(spec),
    initContainers: [...parts.initContainers, ...(hasBroker(spec) ? [{ name: brokerContainer, image: "" }] : [])],
    volumes: [...parts.volumes, ...claimVolume(spec)]
  }
}

/** When an attempt or its pod was made, from which its start is counted. */
const dated = (metadata: Metadata): Metadata => ({
  ...identity(metadata),
  ...(metadata.creationTimestamp === undefined
    ? {}
    : { creationTimestamp: bounded(metadata.creationTimestamp, longestName) })
})

export const pruneJob = ({ metadata, spec, status }: Job): Job => ({
  metadata: dated(metadata),
  spec: {
    ...(spec.suspend === true ? { suspend: true } : {}),
    template: { spec: pruneTemplate(spec.template.spec) }
  },
  ...(status?.conditions === undefined
    ? {}
    : { status: { conditions: status.conditions.filter(isTold).map(pruneCondition) } })
})

/** What the Job controller says last, and whether it was told to do nothing. */
const isTold = ({ type }: ObjectCondition): boolean => type === "Complete" || type === "Failed" || type === "Suspended"

const words = (text: string | undefined): string => bounded(text ?? "", longestWords)

const pruneCondition = ({ lastTransitionTime, message, reason, status, type }: ObjectCondition): ObjectCondition => ({
  type: bounded(type, longestName),
  status: bounded(status, longestName),
  ...(reason === undefined ? {} : { reason: bounded(reason, longestName) }),
  ...(message === undefined ? {} : { message: words(message) }),
  ...(lastTransitionTime === undefined ? {} : { lastTransitionTime: bounded(lastTransitionTime, longestName) })
})

const up: ContainerState = { running: {} }

const startOf = ({ startedAt }: { readonly startedAt?: string }): ContainerState => ({
  running: startedAt === undefined ? {} : { startedAt: bounded(startedAt, longestName) }
})

const pruneState = ({ running, terminated, waiting }: ContainerState, isDated = false): ContainerState => {
  if (waiting !== undefined) {
    const { message, reason } = waiting
    return {
      waiting: {
        ...(reason === undefined ? {} : { reason: bounded(reason, longestName) }),
        ...(message === undefined ? {} : { message: words(message) })
      }
    }
  }
  if (terminated === undefined) return running === undefined ? {} : isDated ? startOf(running) : up
  const { exitCode, message, reason } = terminated
  return {
    terminated: {
      exitCode,
      ...(reason === undefined ? {} : { reason: bounded(reason, longestName) }),
      // A kubelet leaves at most 4096 bytes: what is longer was left by somebody else.
      ...(message === undefined || message.length > 4096 ? {} : { message })
    }
  }
}

/** A broker that was started again has left its testimony in its last state. */
const pruneContainer = ({ lastState, name, ready, restartCount, state }: ContainerStatus): ContainerStatus => ({
  name: bounded(name, longestName),
  ready,
  restartCount,
  ...(state === undefined ? {} : { state: pruneState(state, name === agentContainer) }),
  ...(name === brokerContainer && lastState?.terminated !== undefined ? { lastState: pruneState(lastState) } : {})
})

export const prunePod = ({ metadata, spec, status }: Pod): Pod => ({
  metadata: dated(metadata),
  spec: { containers: [], volumes: claimVolume(spec) },
  status: {
    ...(status?.phase === undefined ? {} : { phase: status.phase }),
    ...(status?.reason === undefined ? {} : { reason: bounded(status.reason, longestName) }),
    // Only what does not hold is ever asked for.
    conditions: (status?.conditions ?? []).filter(({ status }) => status !== "True").slice(0, mostEntries)
      .map(pruneCondition),
    initContainerStatuses: (status?.initContainerStatuses ?? []).slice(0, mostEntries).map(pruneContainer),
    containerStatuses: (status?.containerStatuses ?? []).slice(0, mostEntries).map(pruneContainer)
  }
})

export const pruneFiles = ({ metadata }: ConfigMap): ConfigMap => ({ metadata: identity(metadata) })

export const pruneWarning = ({ involvedObject, message, metadata, reason }: Event): Event => ({
  metadata: identity(metadata),
  involvedObject: {
    ...(involvedObject.name === undefined ? {} : { name: bounded(involvedObject.name, longestName) }),
    ...(involvedObject.uid === undefined ? {} : { uid: bounded(involvedObject.uid, longestName) })
  },
  ...(reason === undefined ? {} : { reason: bounded(reason, longestName) }),
  ...(message === undefined ? {} : { message: words(message) })
})

/** Longer than any tenant's: what is cut cannot be read, so it is somebody else's. */
const longestTenant = 8192

const tenantsMark = (annotations: Metadata["annotations"]): Readonly<Record<string, string>> => {
  const text = annotations?.[tenantAnnotation]
  return text === undefined ? {} : { [tenantAnnotation]: bounded(text, longestTenant) }
}

export const pruneWorkspace = ({ metadata, status }: PersistentVolumeClaim): PersistentVolumeClaim => ({
  metadata: {
    ...identity(metadata),
    annotations: { ...pick(metadata.annotations, keptAnnotations), ...tenantsMark(metadata.annotations) }
  },
  spec: {},
  ...(status?.phase === undefined ? {} : { status: { phase: status.phase } })
})
