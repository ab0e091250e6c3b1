/**
 * What the orchestrator asks of the API server, and nothing else: `serve` looks for it at its start, the chart's role is held to this
 * table, and the table to the calls in the sources. Of secrets only the API key's, by its name; no exec, nothing that grants.
 */
import { ledgerNames } from "@orchestrator/controller/facts/Ledger"
import { leaseOfShard } from "@orchestrator/domain/Shards"
import {
  ConfigMapKind,
  EventKind,
  JobKind,
  type Kind,
  LeaseKind,
  NamespaceKind,
  PersistentVolumeClaimKind,
  PodKind,
  runResources,
  SecretKind,
  SeriesEventKind,
  SubjectAccessReviewKind,
  TokenReviewKind,
  WorkloadKind
} from "@orchestrator/k8s/Kinds"

export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete"

export interface Permission {
  readonly kind: Kind
  readonly subresource?: string
  readonly verbs: ReadonlyArray<Verb>
  readonly reason: string
  /** What is lost without it; absent: nothing works without it. */
  readonly lost?: string
  /** The one object that it is needed for; creating cannot be limited to a name. */
  readonly name?: string
}

const forRuns = (verbs: ReadonlyArray<Verb>, reason: string, subresource?: string): ReadonlyArray<Permission> =>
  Object.values(runResources).map((kind) => ({
    kind,
    verbs,
    reason,
    ...(subresource === undefined ? {} : { subresource })
  }))

const blocking =
  "An ownerReference that blocks its owner's deletion needs this where OwnerReferencesPermissionEnforcement is on"

const enforced = "only needed where the API server enforces it"

export const permissions: ReadonlyArray<Permission> = [
  ...forRuns(
    ["get", "list", "watch", "create", "patch", "delete"],
    "The controller follows runs, and deletes finished ones past history.*; the API makes, changes and deletes them"
  ),
  ...forRuns(["update"], "The controller writes status with the resourceVersion it decided on", "status"),
  ...forRuns(["update"], blocking, "finalizers").map((each) => ({ ...each, lost: enforced })),
  {
    kind: JobKind,
    verbs: ["get", "list", "watch", "create", "patch"],
    reason: "One Job an attempt; stopped and released by patches"
  },
  { kind: JobKind, subresource: "finalizers", verbs: ["update"], reason: blocking, lost: enforced },
  { kind: PodKind, verbs: ["list", "watch"], reason: "An attempt's result and why it waits" },
  {
    kind: PodKind,
    subresource: "log",
    verbs: ["get"],
    reason: "The API's logs",
    lost: "logs are not available by the API"
  },
  {
    kind: EventKind,
    verbs: ["list", "watch"],
    reason: "Why the Job controller or a node cannot go on",
    lost: "a run does not say why its Job has no pod"
  },
  {
    kind: SeriesEventKind,
    verbs: ["create", "patch"],
    reason: "Events about runs, for kubectl describe",
    lost: "kubectl describe shows no Events of a run"
  },
  { kind: ConfigMapKind, verbs: ["get", "list", "watch", "create"], reason: "The files of an attempt" },
  {
    kind: PersistentVolumeClaimKind,
    verbs: ["get", "list", "watch", "create", "patch"],
    reason: "Workspaces and who holds them"
  },
  {
    kind: PersistentVolumeClaimKind,
    verbs: ["delete"],
    reason: "The API's deletion of idle workspaces, and the controller's of unused ones",
    lost: "workspaces are not deleted by the API, nor for being unused"
  }
]

/** Where Kueue decides which Jobs run. */
export const queuePermissions: ReadonlyArray<Permission> = [
  {
    kind: WorkloadKind,
    verbs: ["list", "watch"],
    reason: "What Kueue says of a Job in its queues",
    lost: "a run does not say why Kueue does not admit it"
  },
  { kind: JobKind, verbs: ["delete"], reason: "A run that is cancelled in a queue leaves it with its Job" }
]

/** Where there are budgets. */
export const ledgerPermissions: ReadonlyArray<Permission> = ledgerNames.map((name) => ({
  kind: ConfigMapKind,
  verbs: ["patch"],
  reason: "What runs have cost is written down, so that it stays when they are deleted",
  lost: "runs that are deleted give their money back to budgets",
  name
}))

/** Of the shard with that number. */
export const leasePermissions = (number: number): ReadonlyArray<Permission> => [
  {
    kind: LeaseKind,
    verbs: ["get", "list", "watch", "create", "update"],
    reason: "One replica at a time controls the runs",
    name: leaseOfShard(number)
  }
]

/** The namespace of the runs itself: whether it is being deleted, when this process is told to end. */
export const namespacePermissions = (name: string): ReadonlyArray<Permission> => [
  {
    kind: NamespaceKind,
    verbs: ["get"],
    reason: "Jobs of a namespace that is being deleted are released",
    lost: "deleting the namespace hangs on Jobs that nobody releases",
    name
  }
]

/** The Secret with the API key, to say that it is missing. */
export const apiKeyPermissions = (name: string): ReadonlyArray<Permission> => [
  {
    kind: SecretKind,
    verbs: ["get"],
    reason: "/ready says whether the API key is there",
    lost: "/ready does not say that the API key is missing",
    name
  }
]

const nobodyKnown = "the HTTP API cannot authorize requests, and rejects them all"

/** Whose a bearer token is and what its owner may do; in the whole cluster, since reviews have no namespace. */
export const reviewPermissions: ReadonlyArray<Permission> = [
  { kind: TokenReviewKind, verbs: ["create"], reason: "Who the owner of a bearer token is", lost: nobodyKnown },
  { kind: SubjectAccessReviewKind, verbs: ["create"], reason: "What its owner may do", lost: nobodyKnown }
]

/** What a review is asked about; creating cannot be limited to a name. */
export const attributesOf = ({ kind, name, subresource }: Permission, verb: Verb, namespace: string) => ({
  verb,
  group: kind.group,
  resource: kind.plural,
  ...(kind.namespaced ? { namespace } : {}),
  ...(subresource === undefined ? {} : { subresource }),
  ...(name === undefined || verb === "create" ? {} : { name })
})
