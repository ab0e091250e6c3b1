/**
 * What the orchestrator asks of the API server, and nothing else: the chart's role is held to this table, and the table to the calls in
 * the sources. No secrets, no exec, nothing that grants.
 */
import {
  CodeRunKind,
  ConfigMapKind,
  DocsRunKind,
  EventKind,
  JobKind,
  type Kind,
  LeaseKind,
  PersistentVolumeClaimKind,
  PodKind,
  SubjectAccessReviewKind,
  TokenReviewKind
} from "@orchestrator/k8s/Kinds"
import { isObject, type Json, valueIn } from "./Json.ts"

export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete"

export interface Permission {
  readonly kind: Kind
  readonly subresource?: string
  readonly verbs: ReadonlyArray<Verb>
  readonly reason: string
}

const forRuns = (verbs: ReadonlyArray<Verb>, reason: string, subresource?: string): ReadonlyArray<Permission> =>
  [CodeRunKind, DocsRunKind].map((kind) => ({
    kind,
    verbs,
    reason,
    ...(subresource === undefined ? {} : { subresource })
  }))

const blocking =
  "An ownerReference that blocks its owner's deletion needs this where OwnerReferencesPermissionEnforcement is on"

export const permissions: ReadonlyArray<Permission> = [
  ...forRuns(
    ["get", "list", "watch", "create", "patch", "delete"],
    "The controller follows runs; the API makes, changes and deletes them"
  ),
  ...forRuns(["update"], "The controller writes status with the resourceVersion it decided on", "status"),
  ...forRuns(["update"], blocking, "finalizers"),
  {
    kind: JobKind,
    verbs: ["get", "list", "watch", "create", "patch"],
    reason: "One Job an attempt; stopped and released by patches"
  },
  { kind: JobKind, subresource: "finalizers", verbs: ["update"], reason: blocking },
  { kind: PodKind, verbs: ["list", "watch"], reason: "An attempt's result and why it waits" },
  { kind: PodKind, subresource: "log", verbs: ["get"], reason: "The API's logs" },
  { kind: EventKind, verbs: ["list", "watch"], reason: "Why the Job controller or a node cannot go on" },
  { kind: ConfigMapKind, verbs: ["get", "list", "watch", "create"], reason: "The files of an attempt" },
  {
    kind: PersistentVolumeClaimKind,
    verbs: ["get", "list", "watch", "create", "patch"],
    reason: "Workspaces and who holds them"
  }
]

/** Leader election, on one Lease (only creating cannot be limited to its name). */
export const leasePermissions: ReadonlyArray<Permission> = [
  { kind: LeaseKind, verbs: ["get", "list", "watch", "create", "update"], reason: "One replica looks after the runs" }
]

/** Whose a bearer token is and what its owner may do; in the whole cluster, since reviews have no namespace. */
export const reviewPermissions: ReadonlyArray<Permission> = [
  { kind: TokenReviewKind, verbs: ["create"], reason: "Whose a bearer token is" },
  { kind: SubjectAccessReviewKind, verbs: ["create"], reason: "What its owner may do" }
]

/** `batch/jobs/status:update`, one for each verb. */
export const permissionWords = (granted: ReadonlyArray<Permission>): ReadonlySet<string> =>
  new Set(
    granted.flatMap(({ kind, subresource, verbs }) =>
      verbs.map((verb) => `${kind.group}/${kind.plural}${subresource === undefined ? "" : `/${subresource}`}:${verb}`)
    )
  )

/** A rule of a Role. */
interface Rule {
  readonly apiGroups: ReadonlyArray<string>
  readonly resources: ReadonlyArray<string>
  readonly verbs: ReadonlyArray<string>
}

/** The same words for the rules of a Role. */
export const ruleWords = (rules: ReadonlyArray<Rule>): ReadonlySet<string> =>
  new Set(
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) => resources.flatMap((each) => verbs.map((verb) => `${group}/${each}:${verb}`)))
    )
  )

const texts = (value: Json | undefined): ReadonlyArray<string> =>
  Array.isArray(value) ? value.filter((each) => typeof each === "string") : []

/** The rules of a Role. */
export const rulesOf = (role: Json): ReadonlyArray<Rule> => {
  const rules = valueIn(role, "rules")
  return (Array.isArray(rules) ? rules.filter(isObject) : []).map((rule) => ({
    apiGroups: texts(rule["apiGroups"]),
    resources: texts(rule["resources"]),
    verbs: texts(rule["verbs"])
  }))
}
