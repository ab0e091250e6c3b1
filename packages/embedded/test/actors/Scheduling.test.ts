import { assert, it } from "@effect/vitest"
import { NodeKind, PersistentVolumeClaimKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { PersistentVolumeClaim, Pod } from "@orchestrator/k8s/Objects"
import { Effect, Layer } from "effect"
import * as Actors from "../../src/actors/Actors.ts"
import { ClaimBinder } from "../../src/actors/ClaimBinder.ts"
import { layerMemory } from "../../src/EmbeddedCluster.ts"
import { conditionIn, create, find, main, namespace, settle } from "./World.ts"

const world = Actors.layer.pipe(Layer.provideMerge(layerMemory), Layer.fresh)

const pod: Pod = {
  metadata: { name: "pod", namespace },
  spec: { containers: [main], volumes: [{ name: "work", persistentVolumeClaim: { claimName: "work" } }] }
}
const claim: PersistentVolumeClaim = {
  metadata: { name: "work", namespace },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } }
}
const addNode = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const node = yield* client.create(NodeKind, { metadata: { name: "node-1" } })
  yield* client.replaceStatus(NodeKind, { ...node, status: { conditions: [{ type: "Ready", status: "True" }] } })
  yield* settle
})
const message = Effect.map(find(PodKind, "pod"), (found) => conditionIn(found, "PodScheduled")?.message)

it.effect("a pod waits for a node, a claim and its volume, says what for, and is bound when all are there", () =>
  Effect.gen(function*() {
    const { hold, release } = yield* ClaimBinder
    yield* hold
    yield* create(PodKind, pod)
    assert.strictEqual(yield* message, "no nodes available to schedule pods")
    yield* addNode
    assert.strictEqual(yield* message, "0/1 nodes are available: persistentvolumeclaim \"work\" not found.")
    yield* create(PersistentVolumeClaimKind, claim)
    assert.include(yield* message, "unbound immediate PersistentVolumeClaims")
    yield* release
    yield* settle
    const bound = yield* find(PodKind, "pod")
    assert.strictEqual(bound?.spec.nodeName, "node-1")
    assert.strictEqual(conditionIn(bound, "PodScheduled")?.status, "True")
  }).pipe(Effect.provide(world)))

it.effect("a claim is bound to a volume of its own, with the capacity that it asked for", () =>
  Effect.gen(function*() {
    yield* create(PersistentVolumeClaimKind, claim)
    const bound = yield* find(PersistentVolumeClaimKind, "work")
    assert.strictEqual(bound?.spec.volumeName, `pvc-${bound?.metadata.uid}`)
    assert.deepStrictEqual(bound?.status, {
      phase: "Bound",
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: "10Gi" }
    })
  }).pipe(Effect.provide(world)))

it.effect("a pod that cannot be placed is written once", () =>
  Effect.gen(function*() {
    yield* create(PodKind, pod)
    const before = (yield* find(PodKind, "pod"))?.metadata.resourceVersion
    yield* create(PersistentVolumeClaimKind, claim)
    assert.strictEqual((yield* find(PodKind, "pod"))?.metadata.resourceVersion, before)
  }).pipe(Effect.provide(world)))

const remove = Effect.gen(function*() {
  const client = yield* KubernetesClient
  yield* client.delete(PersistentVolumeClaimKind, { name: "work", namespace })
  yield* settle
})

it.effect("a claim that a pod with a node uses is Terminating until that pod has ended, and takes no other pod", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    yield* addNode
    yield* create(PersistentVolumeClaimKind, claim)
    yield* create(PodKind, pod)
    yield* remove
    const terminating = yield* find(PersistentVolumeClaimKind, "work")
    assert.isDefined(terminating?.metadata.deletionTimestamp)
    assert.strictEqual(terminating.status?.phase, "Bound")
    yield* create(PodKind, { ...pod, metadata: { name: "late", namespace } })
    assert.strictEqual(
      conditionIn(yield* find(PodKind, "late"), "PodScheduled")?.message,
      "0/1 nodes are available: persistentvolumeclaim \"work\" is being deleted."
    )
    const running = yield* client.get(PodKind, { name: "pod", namespace })
    yield* client.replaceStatus(PodKind, { ...running, status: { ...running.status, phase: "Succeeded" } })
    yield* settle
    assert.isUndefined(yield* find(PersistentVolumeClaimKind, "work"))
  }).pipe(Effect.provide(world)))

it.effect("a claim that only a pod without a node asks for is deleted at once", () =>
  Effect.gen(function*() {
    yield* create(PersistentVolumeClaimKind, claim)
    yield* create(PodKind, pod)
    yield* remove
    assert.isUndefined(yield* find(PersistentVolumeClaimKind, "work"))
  }).pipe(Effect.provide(world)))

it.effect("a claim that nobody uses is deleted at once", () =>
  Effect.gen(function*() {
    yield* create(PersistentVolumeClaimKind, claim)
    const { finalizers } = (yield* find(PersistentVolumeClaimKind, "work"))?.metadata ?? {}
    assert.deepStrictEqual(finalizers, ["kubernetes.io/pvc-protection"])
    yield* remove
    assert.isUndefined(yield* find(PersistentVolumeClaimKind, "work"))
  }).pipe(Effect.provide(world)))
