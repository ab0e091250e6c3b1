/** Gives every claim that names no storage class, or `standard`, a volume of its own; the real controller binds the two. */
import { type Kind, makeKind, PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesObject, PersistentVolumeClaim } from "@orchestrator/k8s/Objects"
import { reflect } from "@orchestrator/k8s/Reflector"
import { makeStore } from "@orchestrator/k8s/Store"
import { Effect, Layer } from "effect"

interface PersistentVolume extends KubernetesObject {
  readonly spec: object
}

const PersistentVolumeKind: Kind<PersistentVolume> = makeKind("v1", "PersistentVolume", "persistentvolumes", {
  cluster: true,
  status: true
})

const volumeOf = ({ metadata: { name, namespace, uid }, spec }: PersistentVolumeClaim): PersistentVolume => ({
  metadata: { name: `pv-${uid}` },
  spec: {
    capacity: spec.resources?.requests ?? { storage: "1Gi" },
    accessModes: spec.accessModes,
    ...(spec.storageClassName === undefined ? {} : { storageClassName: spec.storageClassName }),
    persistentVolumeReclaimPolicy: "Retain",
    claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid },
    hostPath: { path: `/nonexistent/${uid}` }
  }
})

export const provisioner = Layer.effectDiscard(Effect.gen(function*() {
  const client = yield* KubernetesClient
  yield* Effect.forkScoped(reflect(PersistentVolumeClaimKind, {
    store: makeStore<PersistentVolumeClaim>(),
    project: (claim: PersistentVolumeClaim) => claim,
    onChange: (claim, change) =>
      change === "removed" || claim.spec.volumeName !== undefined ||
        (claim.spec.storageClassName ?? "standard") !== "standard"
        ? Effect.void
        : Effect.ignore(client.create(PersistentVolumeKind, volumeOf(claim))),
    onSynced: Effect.void
  }))
}))
