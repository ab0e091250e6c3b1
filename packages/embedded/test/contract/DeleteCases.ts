import { assert } from "@effect/vitest"
import { CodeRunKind, ConfigMapKind, PodKind } from "@orchestrator/k8s/Kinds"
import type { DeleteOptions } from "@orchestrator/k8s/KubernetesClient"
import {
  type ContractCase,
  contractCase,
  createCodeRun,
  createConfigMap,
  getConfigMap,
  invalidFields,
  pod,
  refused,
  versionOf,
  type World
} from "./World.ts"

const hold = { finalizers: ["example.com/hold"] }

const remove = ({ client, namespace }: World, name: string, options?: DeleteOptions) =>
  client.delete(ConfigMapKind, { name, namespace }, options)

const setFinalizers = ({ client, namespace }: World, name: string, finalizers: ReadonlyArray<string> | null) =>
  client.patch(ConfigMapKind, { name, namespace }, { type: "merge", body: { metadata: { finalizers } } })

export const deleteCases: ReadonlyArray<ContractCase> = [
  contractCase("a deleted object is gone", function*(world) {
    yield* createConfigMap(world, "a")
    yield* remove(world, "a")
    yield* refused(getConfigMap(world, "a"), "NotFound")
    yield* refused(remove(world, "a"), "NotFound")
  }),
  contractCase("the uid is a precondition", function*(world) {
    const created = yield* createConfigMap(world, "a")
    yield* refused(remove(world, "a", { uid: "00000000-0000-4000-8000-000000000000" }), "Conflict")
    yield* remove(world, "a", { uid: created.metadata.uid })
    yield* refused(getConfigMap(world, "a"), "NotFound")
  }),
  contractCase("the version is a precondition", function*(world) {
    const created = yield* createConfigMap(world, "a")
    const changed = yield* world.client.replace(ConfigMapKind, { ...created, data: { a: "1" } })
    yield* refused(remove(world, "a", { resourceVersion: created.metadata.resourceVersion }), "Conflict")
    yield* remove(world, "a", { resourceVersion: changed.metadata.resourceVersion })
  }),
  contractCase("finalizers keep a deleted object until the last is removed", function*(world) {
    const created = yield* createConfigMap(world, "a", {}, { finalizers: ["example.com/one", "example.com/two"] })
    const deleted = yield* remove(world, "a")
    assert.isString(deleted.metadata.deletionTimestamp)
    assert.isAbove(versionOf(deleted), versionOf(created))
    yield* setFinalizers(world, "a", ["example.com/two"])
    assert.isString((yield* getConfigMap(world, "a")).metadata.deletionTimestamp)
    yield* setFinalizers(world, "a", null)
    yield* refused(getConfigMap(world, "a"), "NotFound")
  }),
  contractCase("deleting again what is being deleted changes nothing", function*(world) {
    yield* createConfigMap(world, "a", {}, hold)
    const first = yield* remove(world, "a")
    yield* remove(world, "a")
    const found = yield* getConfigMap(world, "a")
    assert.deepStrictEqual(
      [found.metadata.deletionTimestamp, versionOf(found)],
      [first.metadata.deletionTimestamp, versionOf(first)]
    )
    yield* setFinalizers(world, "a", null)
  }),
  contractCase("what is being deleted takes no new finalizers", function*(world) {
    yield* createConfigMap(world, "a", {}, hold)
    yield* remove(world, "a")
    yield* invalidFields(setFinalizers(world, "a", ["example.com/hold", "example.com/new"]), "metadata.finalizers")
    yield* setFinalizers(world, "a", null)
  }),
  contractCase("the time of deletion cannot be taken back", function*(world) {
    const { client, namespace } = world
    yield* createConfigMap(world, "a", {}, hold)
    yield* remove(world, "a")
    const body = { metadata: { deletionTimestamp: null } }
    const patched = yield* client.patch(ConfigMapKind, { name: "a", namespace }, { type: "merge", body })
    assert.isString(patched.metadata.deletionTimestamp)
    yield* setFinalizers(world, "a", null)
  }),
  contractCase("a name is free again only when the object is gone", function*(world) {
    yield* createConfigMap(world, "a", {}, hold)
    yield* remove(world, "a")
    yield* refused(createConfigMap(world, "a"), "AlreadyExists")
    yield* setFinalizers(world, "a", null)
    yield* createConfigMap(world, "a")
  }),
  contractCase("a finalizer on a custom resource raises its generation when deletion begins", function*(world) {
    const { client, namespace } = world
    const ref = { name: "a", namespace }
    yield* createCodeRun(world, "a")
    yield* client.patch(CodeRunKind, ref, { type: "merge", body: { metadata: hold } })
    const deleted = yield* client.delete(CodeRunKind, ref)
    assert.strictEqual(deleted.metadata.generation, 2)
    yield* client.patch(CodeRunKind, ref, { type: "merge", body: { metadata: { finalizers: null } } })
    yield* refused(client.get(CodeRunKind, ref), "NotFound")
  }),
  contractCase("foreground and orphan deletion wait for the garbage collector", function*(world) {
    yield* createConfigMap(world, "front", {}, hold)
    const front = yield* remove(world, "front", { propagationPolicy: "Foreground" })
    assert.includeMembers([...front.metadata.finalizers ?? []], ["foregroundDeletion", "example.com/hold"])
    yield* createConfigMap(world, "orphan", {}, hold)
    const orphan = yield* remove(world, "orphan", { propagationPolicy: "Orphan" })
    assert.includeMembers([...orphan.metadata.finalizers ?? []], ["orphan", "example.com/hold"])
    yield* setFinalizers(world, "front", null)
    yield* setFinalizers(world, "orphan", null)
  }),
  contractCase("a pod that no node has is gone at once", function*(world) {
    const { client, namespace } = world
    const ref = { name: "a", namespace }
    yield* client.create(PodKind, pod(world, "a", { schedulerName: "nobody" }))
    yield* client.delete(PodKind, ref)
    yield* refused(client.get(PodKind, ref), "NotFound")
  }),
  contractCase("a pod on a node gets its grace, which only shortens; with none it is gone", function*(world) {
    const { client, namespace } = world
    const ref = { name: "a", namespace }
    const spec = { nodeName: "node-that-is-not-there", terminationGracePeriodSeconds: 40 }
    yield* client.create(PodKind, pod(world, "a", spec))
    const first = yield* client.delete(PodKind, ref)
    assert.isString(first.metadata.deletionTimestamp)
    assert.strictEqual(first.metadata.deletionGracePeriodSeconds, 40)
    yield* client.delete(PodKind, ref, { gracePeriodSeconds: 60 })
    assert.strictEqual((yield* client.get(PodKind, ref)).metadata.deletionGracePeriodSeconds, 40)
    yield* client.delete(PodKind, ref, { gracePeriodSeconds: 10 })
    assert.strictEqual((yield* client.get(PodKind, ref)).metadata.deletionGracePeriodSeconds, 10)
    yield* client.delete(PodKind, ref, { gracePeriodSeconds: 0 })
    yield* refused(client.get(PodKind, ref), "NotFound")
  }),
  contractCase("a dry-run deletion deletes nothing", function*(world) {
    yield* createConfigMap(world, "a")
    yield* remove(world, "a", { dryRun: true })
    assert.isUndefined((yield* getConfigMap(world, "a")).metadata.deletionTimestamp)
  })
]
