/**
 * What the controller knows of the cluster: five stores, each with only the fields that decisions read. A pod's last state stays after
 * the pod is gone, for as long as its Job is there, since the result goes with the pod.
 */
import { holderAnnotation, runUidLabel } from "@orchestrator/domain/Labels"
import { workspaceName } from "@orchestrator/domain/Names"
import type {
  ConfigMap,
  ContainerState,
  ContainerStatus,
  CustomObject,
  Event,
  Job,
  KubernetesObject,
  Metadata,
  PersistentVolumeClaim,
  Pod
} from "@orchestrator/k8s/Objects"
import { makeStore, type Store } from "@orchestrator/k8s/Store"
import { Context, Layer } from "effect"
import { isFinished, pruneFinished } from "./FinishedRun.ts"
import { brokerContainer, hasBroker } from "./ObservedJobs.ts"
import { formatKey, runsOf } from "./RunKey.ts"
import type { KindName } from "./RunKind.ts"

export class Stores extends Context.Service<Stores, {
  readonly runs: Readonly<Record<KindName, Store<CustomObject>>>
  readonly jobs: Store<Job>
  readonly pods: Store<Pod>
  /** Last states of pods that are gone, by the UID of their Job. */
  readonly lastPods: Map<string, Pod>
  readonly files: Store<ConfigMap>
  readonly workspaces: Store<PersistentVolumeClaim>
  /** What the Job controller has against making a Job's pod. */
  readonly refusals: Store<Event>
}>()("@orchestrator/controller/Stores") {
  static readonly layer = Layer.sync(Stores, () => ({
    runs: {
      CodeRun: makeStore<CustomObject>({
        uid: uidOf,
        workspace: workspaceOf,
        active: (run) => isFinished(run) ? [] : workspaceOf(run),
        dependency: dependenciesOf
      }),
      DocsRun: makeStore<CustomObject>({ uid: uidOf })
    },
    jobs: makeStore<Job>({ owner: ownersOf, ownerName: ownerNamesOf }),
    pods: makeStore<Pod>({ job: ownersOf, run: (pod) => listed(pod.metadata.labels?.[runUidLabel]) }),
    lastPods: new Map<string, Pod>(),
    files: makeStore<ConfigMap>(),
    workspaces: makeStore<PersistentVolumeClaim>({ holder: holderOf }),
    refusals: makeStore<Event>({ job: ({ involvedObject }) => listed(involvedObject.uid) })
  }))
}

const listed = (value: string | undefined): ReadonlyArray<string> => (value === undefined ? [] : [value])
const uidOf = ({ metadata }: KubernetesObject) => listed(metadata.uid)
const holderOf = ({ metadata }: KubernetesObject) => listed(metadata.annotations?.[holderAnnotation])
const ownersOf = ({ metadata }: KubernetesObject) => (metadata.ownerReferences ?? []).map(({ uid }) => uid)
const ownerNamesOf = (job: KubernetesObject) => runsOf(job).map(formatKey)

/** Index value of the claim that a CodeRun's spec names. */
export const workspaceOf = ({ metadata, spec }: CustomObject): ReadonlyArray<string> =>
  typeof spec["service"] === "string" ? [`${metadata.namespace}/${workspaceName(spec["service"])}`] : []

/** Index values of the CodeRuns that one depends on. */
const dependenciesOf = ({ metadata, spec }: CustomObject): ReadonlyArray<string> =>
  Array.isArray(spec["dependsOn"]) ? spec["dependsOn"].map((name) => `${metadata.namespace}/${String(name)}`) : []

const meta = ({ managedFields: _, ...metadata }: Metadata): Metadata => metadata

export const pruneRun = (run: CustomObject): CustomObject =>
  isFinished(run) ? pruneFinished(run) : { ...run, metadata: meta(run.metadata) }

const bareTemplate = { spec: { containers: [] } }
const brokeredTemplate = { spec: { containers: [], initContainers: [{ name: brokerContainer }] } }

/** Of the pod template, whether it has a broker is all that is asked later. */
export const pruneJob = ({ metadata, spec, status }: Job): Job => ({
  metadata: meta(metadata),
  spec: { template: hasBroker(spec.template.spec) ? brokeredTemplate : bareTemplate },
  ...(status?.conditions === undefined ? {} : { status: { conditions: status.conditions } })
})

const pruneState = ({ terminated, waiting }: ContainerState): ContainerState => {
  if (waiting !== undefined) return { waiting }
  if (terminated === undefined) return {}
  const { exitCode, message, reason } = terminated
  return {
    terminated: {
      exitCode,
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message })
    }
  }
}

/** A broker that was started again has left its testimony in its last state. */
const pruneContainer = ({ lastState, name, ready, restartCount, state }: ContainerStatus): ContainerStatus => ({
  name,
  ready,
  restartCount,
  ...(state === undefined ? {} : { state: pruneState(state) }),
  ...(name === brokerContainer && lastState?.terminated !== undefined ? { lastState: pruneState(lastState) } : {})
})

export const prunePod = ({ metadata, status }: Pod): Pod => ({
  metadata: meta(metadata),
  spec: { containers: [] },
  status: {
    ...(status?.phase === undefined ? {} : { phase: status.phase }),
    ...(status?.reason === undefined ? {} : { reason: status.reason }),
    ...(status?.conditions === undefined ? {} : { conditions: status.conditions }),
    initContainerStatuses: (status?.initContainerStatuses ?? []).map(pruneContainer),
    containerStatuses: (status?.containerStatuses ?? []).map(pruneContainer)
  }
})

export const pruneFiles = ({ metadata }: ConfigMap): ConfigMap => ({ metadata: meta(metadata) })

export const pruneRefusal = ({ involvedObject, message, metadata }: Event): Event => ({
  metadata: meta(metadata),
  involvedObject,
  ...(message === undefined ? {} : { message })
})

export const pruneWorkspace = ({ metadata, status }: PersistentVolumeClaim): PersistentVolumeClaim => ({
  metadata: meta(metadata),
  spec: {},
  ...(status === undefined ? {} : { status })
})
