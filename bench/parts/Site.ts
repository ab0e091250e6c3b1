/** A namespace with users of its own, so that the audit log tells who asked for what, and workspaces that are there already. */
import {
  type Kind,
  makeKind,
  NamespaceKind,
  PersistentVolumeClaimKind,
  ServiceAccountKind
} from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { Effect, Schedule } from "effect"
import { randomBytes } from "node:crypto"
import type { Plane } from "./Plane.ts"
import { leftWorkspace, unknownWorkspace } from "./Recorded.ts"
import { makeUser, type User } from "./User.ts"

export interface Site {
  readonly namespace: string
  readonly users: ReadonlyArray<User>
}

interface PersistentVolume extends KubernetesObject {
  readonly spec: object
}

const PersistentVolumeKind: Kind<PersistentVolume> = makeKind("v1", "PersistentVolume", "persistentvolumes", {
  cluster: true,
  status: true
})

export const makeSite = Effect.fnUntraced(function*(plane: Plane, name: string, users = 1) {
  const client = yield* KubernetesClient
  const namespace = `${name}-${randomBytes(3).toString("hex")}`
  yield* client.create(NamespaceKind, { metadata: { name: namespace } })
  // Nobody else makes it where no controllers run.
  yield* client.create(ServiceAccountKind, { metadata: { name: "default", namespace } }).pipe(
    Effect.catchIf(hasReason("AlreadyExists"), () => Effect.void)
  )
  const names = Array.from({ length: users }, (_, index) => `replica-${index}`)
  const made = yield* Effect.forEach(names, (each) => makeUser(plane, namespace, each))
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

interface Workspaces {
  readonly volumes: boolean
  /** Whether nothing is kept of the runs before: those that have ended take memory. */
  readonly forgotten?: boolean
}

/** Makes a workspace for each of so many services; with volumes, waits until each is bound to its own. */
export const makeWorkspaces = Effect.fnUntraced(
  function*({ namespace }: Site, count: number, { forgotten = false, volumes }: Workspaces) {
    const client = yield* KubernetesClient
    const make = Effect.fnUntraced(function*(service: string) {
      const claim = forgotten ? unknownWorkspace(namespace, service) : yield* leftWorkspace(namespace, service)
      if (volumes) yield* client.create(PersistentVolumeKind, volumeOf(namespace, claim.metadata.name ?? ""))
      yield* client.create(PersistentVolumeClaimKind, claim)
    })
    yield* Effect.forEach(Array.from({ length: count }, (_, index) => serviceOf(index)), make, {
      concurrency: 16,
      discard: true
    })
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
