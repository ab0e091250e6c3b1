/** The kinds that the client serves, with what the API machinery needs to know of each. The one table; nothing else lists kinds. */
import { type KindName, runKinds } from "@orchestrator/domain/kinds/RunKinds"
import { group } from "@orchestrator/domain/Labels"
import type { RunKind } from "@orchestrator/domain/RunKind"
import { Record } from "effect"
import type {
  ConfigMap,
  CustomObject,
  CustomResourceDefinition,
  Event,
  Job,
  KubernetesObject,
  Lease,
  Namespace,
  Node,
  PersistentVolumeClaim,
  Pod,
  Secret,
  SeriesEvent,
  ServiceAccount,
  SubjectAccessReview,
  TokenReview,
  Workload
} from "./Objects.ts"
import { configMapShape, eventShape, jobShape, leaseShape, podShape, type Shape, workloadShape } from "./Shape.ts"

/** `A` is the wire form of the kind's objects; it has no runtime representation. */
export interface Kind<A extends KubernetesObject = KubernetesObject> {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: ReadonlyArray<string>
  readonly categories: ReadonlyArray<string>
  readonly namespaced: boolean
  /** Whether status is a subresource: ordinary writes leave it alone. */
  readonly hasStatus: boolean
  /** Whether metadata.generation counts changes of the spec. */
  readonly hasGeneration: boolean
  /** Reviews are answered, not stored. */
  readonly createOnly: boolean
  /** Whether nothing but the metadata of its objects is asked for: they come as `PartialObjectMetadata` of `meta.k8s.io/v1`. */
  readonly metadataOnly?: true
  /** What its objects have to look like to be read. */
  readonly shape?: Shape
  /** Fields of the spec of which what is read never changes while the object is there, and what may stand for each where it was read before. */
  readonly fixed?: Readonly<Record<string, unknown>>
  readonly _A?: () => A
}

interface Traits {
  readonly short?: ReadonlyArray<string>
  readonly categories?: ReadonlyArray<string>
  readonly cluster?: true
  readonly status?: true
  readonly generation?: true
  readonly createOnly?: true
  readonly shape?: Shape
  readonly fixed?: Readonly<Record<string, unknown>>
}

/** A kind by its traits: namespaced, without status and generation, unless they say otherwise. */
export const makeKind = <A extends KubernetesObject>(
  apiVersion: string,
  name: string,
  plural: string,
  traits: Traits = {}
): Kind<A> => {
  const [apiGroup, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion]
  return {
    group: apiGroup ?? "",
    version: version ?? "",
    kind: name,
    plural,
    singular: name.toLowerCase(),
    shortNames: traits.short ?? [],
    categories: traits.categories ?? [],
    namespaced: traits.cluster !== true,
    hasStatus: traits.status === true,
    hasGeneration: traits.generation === true,
    createOnly: traits.createOnly === true,
    ...(traits.shape === undefined ? {} : { shape: traits.shape }),
    ...(traits.fixed === undefined ? {} : { fixed: traits.fixed })
  }
}

/** The same kind, for who reads no more than metadata. */
export const metadataOf = ({ fixed: _fixed, shape: _shape, ...kind }: Kind): Kind => ({ ...kind, metadataOnly: true })

const run = ({ kind: name, plural, shortName }: RunKind): Kind<CustomObject> =>
  makeKind(`${group}/v1`, name, plural, { short: [shortName], status: true, generation: true })

/** Of every kind of run. */
export const runResources: Readonly<Record<KindName, Kind<CustomObject>>> = Record.map(runKinds, run)
export const CodeRunKind = runResources.CodeRun
export const DocsRunKind = runResources.DocsRun
export const JobKind: Kind<Job> = makeKind("batch/v1", "Job", "jobs", {
  categories: ["all"],
  status: true,
  generation: true,
  shape: jobShape,
  fixed: { template: { spec: { containers: [] } } }
})
export const PodKind: Kind<Pod> = makeKind("v1", "Pod", "pods", {
  short: ["po"],
  categories: ["all"],
  status: true,
  generation: true,
  shape: podShape,
  fixed: { containers: [], initContainers: [], volumes: [] }
})
export const ConfigMapKind: Kind<ConfigMap> = makeKind("v1", "ConfigMap", "configmaps", {
  short: ["cm"],
  shape: configMapShape
})
export const SecretKind: Kind<Secret> = makeKind("v1", "Secret", "secrets")
export const PersistentVolumeClaimKind: Kind<PersistentVolumeClaim> = makeKind(
  "v1",
  "PersistentVolumeClaim",
  "persistentvolumeclaims",
  { short: ["pvc"], status: true }
)
export const LeaseKind: Kind<Lease> = makeKind("coordination.k8s.io/v1", "Lease", "leases", {
  shape: leaseShape
})
export const EventKind: Kind<Event> = makeKind("v1", "Event", "events", { short: ["ev"], shape: eventShape })
/** The same objects in the form that programs write. */
export const SeriesEventKind: Kind<SeriesEvent> = makeKind("events.k8s.io/v1", "Event", "events", { short: ["ev"] })
export const NamespaceKind: Kind<Namespace> = makeKind("v1", "Namespace", "namespaces", {
  short: ["ns"],
  cluster: true,
  status: true
})
export const ServiceAccountKind: Kind<ServiceAccount> = makeKind("v1", "ServiceAccount", "serviceaccounts", {
  short: ["sa"]
})
export const NodeKind: Kind<Node> = makeKind("v1", "Node", "nodes", { short: ["no"], cluster: true, status: true })
export const CustomResourceDefinitionKind: Kind<CustomResourceDefinition> = makeKind(
  "apiextensions.k8s.io/v1",
  "CustomResourceDefinition",
  "customresourcedefinitions",
  { short: ["crd", "crds"], categories: ["api-extensions"], cluster: true, status: true, generation: true }
)
/** Of Kueue 0.15 or later, where a cluster has it. */
export const WorkloadKind: Kind<Workload> = makeKind("kueue.x-k8s.io/v1beta2", "Workload", "workloads", {
  short: ["wl"],
  status: true,
  generation: true,
  shape: workloadShape
})
export const TokenReviewKind: Kind<TokenReview> = makeKind("authentication.k8s.io/v1", "TokenReview", "tokenreviews", {
  cluster: true,
  createOnly: true
})
export const SubjectAccessReviewKind: Kind<SubjectAccessReview> = makeKind(
  "authorization.k8s.io/v1",
  "SubjectAccessReview",
  "subjectaccessreviews",
  { cluster: true, createOnly: true }
)

/** What every cluster serves that has our definitions. */
export const kinds: ReadonlyArray<Kind> = [
  ...Record.values(runResources),
  JobKind,
  PodKind,
  ConfigMapKind,
  SecretKind,
  PersistentVolumeClaimKind,
  LeaseKind,
  EventKind,
  NamespaceKind,
  ServiceAccountKind,
  NodeKind,
  CustomResourceDefinitionKind,
  TokenReviewKind,
  SubjectAccessReviewKind
]

/** `v1` or `group/version`. */
export const apiVersionOf = ({ group, version }: Kind): string => (group === "" ? version : `${group}/${version}`)

/** Path of a collection or an object on the API server, `/apis/batch/v1/namespaces/x/jobs/y/status`. */
export const pathOf = (kind: Kind, namespace?: string, name?: string, subresource?: string): string => {
  const base = kind.group === "" ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`
  const home = namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`
  const object = name === undefined ? "" : `/${encodeURIComponent(name)}`
  return `${base}${home}/${kind.plural}${object}${subresource === undefined ? "" : `/${subresource}`}`
}
