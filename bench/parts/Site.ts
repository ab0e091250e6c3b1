/** A namespace with users of its own, so that the audit log tells who asked for what, and workspaces that are there already. */
import { type Kind, NamespaceKind, PersistentVolumeClaimKind, ServiceAccountKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { Effect, Schedule } from "effect"
import { randomBytes } from "node:crypto"
import { makeUser, type User } from "../../packages/cli/test/cluster/ControlPlane.ts"
import { workspace } from "./Recorded.ts"

export interface Site {
  readonly namespace: string
  readonly users: ReadonlyArray<User>
}

interface ClusterRoleBinding extends KubernetesObject {
  readonly roleRef: object
  readonly subjects: ReadonlyArray<object>
}

interface PersistentVolume extends KubernetesObject {
  readonly spec: object
}

const clusterWide = { version: "v1", singular: "", shortNames: [], categories: [], namespaced: false } as const
const plain = { ...clusterWide, hasStatus: false, hasGeneration: false, createOnly: false }

const ClusterRoleBindingKind: Kind<ClusterRoleBinding> = {
  ...plain,
  group: "rbac.authorization.k8s.io",
  kind: "ClusterRoleBinding",
  plural: "clusterrolebindings"
}

const PersistentVolumeKind: Kind<PersistentVolume> = {
  ...plain,
  group: "",
  kind: "PersistentVolume",
  plural: "persistentvolumes"
}

const bindingOf = (name: string): ClusterRoleBinding => ({
  metadata: { name },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
  subjects: [{ kind: "User", name, apiGroup: "rbac.authorization.k8s.io" }]
})

export const makeSite = Effect.fnUntraced(function*(name: string, users = 1) {
  const client = yield* KubernetesClient
  const namespace = `${name}-${randomBytes(3).toString("hex")}`
  yield* client.create(NamespaceKind, { metadata: { name: namespace } })
  // Nobody else makes it where no controllers run.
  yield* client.create(ServiceAccountKind, { metadata: { name: "default", namespace } }).pipe(
    Effect.catchIf(hasReason("AlreadyExists"), () => Effect.void)
  )
  const made = Array.from({ length: users }, (_, index) => makeUser(`${namespace}-${index}`))
  yield* Effect.forEach(made, (user) => client.create(ClusterRoleBindingKind, bindingOf(user.name)), { discard: true })
  return { namespace, users: made } satisfies Site
})

export const serviceOf = (index: number): string => `service-${index}`

const volumeOf = (namespace: string, claim: string): PersistentVolume => ({
  metadata: { name: `${namespace}-${claim}` },
  spec: {
    capacity: { storage: "1Gi" },
    accessModes: ["ReadWriteOnce"],
    persistentVolumeReclaimPolicy: "Retain",
    claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name: claim, namespace },
    hostPath: { path: `/nonexistent/${claim}` }
  }
})

/** Makes a workspace for each of so many services; with volumes, waits until each is bound to its own. */
export const makeWorkspaces = Effect.fnUntraced(
  function*({ namespace }: Site, count: number, { volumes }: { readonly volumes: boolean }) {
    const client = yield* KubernetesClient
    yield* Effect.forEach(
      Array.from({ length: count }, (_, index) => workspace(namespace, serviceOf(index))),
      (claim) =>
        Effect.andThen(
          volumes ? client.create(PersistentVolumeKind, volumeOf(namespace, claim.metadata.name ?? "")) : Effect.void,
          client.create(PersistentVolumeClaimKind, claim)
        ),
      { concurrency: 16, discard: true }
    )
    if (!volumes) return
    yield* client.list(PersistentVolumeClaimKind, { namespace }).pipe(
      Effect.filterOrFail(
        ({ items }) => items.every(({ status }) => status?.phase === "Bound"),
        () => "unbound" as const
      ),
      Effect.retry({ schedule: Schedule.spaced("250 millis"), times: 480 })
    )
  }
)
