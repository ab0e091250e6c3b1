/** What the product may do in a namespace of the tests: the table that `serve` and the chart go by, and nothing else. */
import { shardNumbers } from "@orchestrator/domain/Shards"
import { CodeRunKind, type Kind, makeKind, SubjectAccessReviewKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { Effect } from "effect"
import { leasePermissions, type Permission, permissions } from "../../src/serve/Permissions.ts"
import { eventually } from "./Eventually.ts"
import { kindOf } from "./KindOf.ts"

interface Role extends KubernetesObject {
  readonly rules: ReadonlyArray<object>
}

interface RoleBinding extends KubernetesObject {
  readonly roleRef: object
  readonly subjects: ReadonlyArray<Subject>
}

/** Who may: a user by certificate, or a service account. */
export type Subject =
  | { readonly kind: "User"; readonly name: string; readonly apiGroup: "rbac.authorization.k8s.io" }
  | { readonly kind: "ServiceAccount"; readonly name: string; readonly namespace: string }

const group = "rbac.authorization.k8s.io"

const RoleKind = kindOf<Role>(group, "Role", "roles")
const RoleBindingKind = kindOf<RoleBinding>(group, "RoleBinding", "rolebindings")

/** Creating cannot be limited to a name. */
const rulesOf = ({ kind, name, subresource, verbs }: Permission): ReadonlyArray<object> => {
  const rule = {
    apiGroups: [kind.group],
    resources: [subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`]
  }
  if (name === undefined) return [{ ...rule, verbs }]
  const create = verbs.filter((verb) => verb === "create")
  return [
    ...(create.length === 0 ? [] : [{ ...rule, verbs: create }]),
    { ...rule, verbs: verbs.filter((verb) => verb !== "create"), resourceNames: [name] }
  ]
}

const name = "orchestrator"

export const user = (name: string): Subject => ({ kind: "User", name, apiGroup: group })

const userOf = (subject: Subject) =>
  subject.kind === "User" ? subject.name : `system:serviceaccount:${subject.namespace}:${subject.name}`

const ClusterRoleKind: Kind<Role> = makeKind(`${group}/v1`, "ClusterRole", "clusterroles", { cluster: true })
const ClusterRoleBindingKind: Kind<RoleBinding> = makeKind(`${group}/v1`, "ClusterRoleBinding", "clusterrolebindings", {
  cluster: true
})

/** Lets these do in every namespace what the product needs there; for as long as the scope is open. */
export const allowEverywhere = Effect.fnUntraced(function*(name: string, subjects: ReadonlyArray<Subject>) {
  const client = yield* KubernetesClient
  const rules = [...permissions, ...shardNumbers.flatMap(leasePermissions)].flatMap(rulesOf)
  const roleRef = { apiGroup: group, kind: "ClusterRole", name }
  yield* Effect.acquireRelease(
    client.create(ClusterRoleKind, { metadata: { name }, rules }),
    () => Effect.ignore(client.delete(ClusterRoleKind, { name }))
  )
  yield* Effect.acquireRelease(
    client.create(ClusterRoleBindingKind, { metadata: { name }, roleRef, subjects }),
    () => Effect.ignore(client.delete(ClusterRoleBindingKind, { name }))
  )
})

/** Makes the role of the namespace. */
export const makeRole = Effect.fnUntraced(function*(namespace: string, more: ReadonlyArray<Permission> = []) {
  const client = yield* KubernetesClient
  const rules = [...permissions, ...shardNumbers.flatMap(leasePermissions), ...more].flatMap(rulesOf)
  yield* client.create(RoleKind, { metadata: { name, namespace }, rules })
})

/** Gives these the role; waits until the API server knows. */
export const allow = Effect.fnUntraced(function*(namespace: string, subjects: ReadonlyArray<Subject>) {
  const client = yield* KubernetesClient
  const roleRef = { apiGroup: group, kind: "Role", name }
  yield* client.create(RoleBindingKind, { metadata: { generateName: `${name}-`, namespace }, roleRef, subjects })
  const resourceAttributes = { namespace, verb: "watch", group: CodeRunKind.group, resource: CodeRunKind.plural }
  const review = (subject: Subject) =>
    client.create(SubjectAccessReviewKind, { metadata: {}, spec: { user: userOf(subject), resourceAttributes } })
  yield* Effect.forEach(
    subjects,
    (subject) => eventually("it to be allowed", review(subject), ({ status }) => status?.allowed === true),
    { discard: true }
  )
})
