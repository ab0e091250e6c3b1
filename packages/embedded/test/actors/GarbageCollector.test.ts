import { assert, it } from "@effect/vitest"
import { ConfigMapKind, type Kind, NamespaceKind, SecretKind } from "@orchestrator/k8s/Kinds"
import { type DeleteOptions, KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import type { KubernetesObject, OwnerReference } from "@orchestrator/k8s/Objects"
import { Effect, Fiber, Layer, Stream } from "effect"
import { collect, layer as collector } from "../../src/actors/GarbageCollector.ts"
import { layerMemory } from "../../src/EmbeddedCluster.ts"

const namespace = "default"

const create = (name: string, ...owners: ReadonlyArray<KubernetesObject>) =>
  createWith(name, owners.map((owner) => referenceTo(owner)))

const createWith = (
  name: string,
  ownerReferences: ReadonlyArray<OwnerReference>,
  finalizers: ReadonlyArray<string> = []
) =>
  Effect.flatMap(
    KubernetesClient,
    ({ create }) => create(ConfigMapKind, { metadata: { name, namespace, ownerReferences, finalizers } })
  )

const referenceTo = (
  { apiVersion = "", kind = "", metadata: { name = "", uid = "" } }: KubernetesObject,
  blockOwnerDeletion = true
): OwnerReference => ({ apiVersion, kind, name, uid, blockOwnerDeletion })

const remove = (name: string, options?: DeleteOptions) =>
  Effect.flatMap(KubernetesClient, (client) => client.delete(ConfigMapKind, { name, namespace }, options))

const names = (kind: Kind = ConfigMapKind) =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const { items } = yield* client.list(kind, { namespace })
    return items.map(({ metadata }) => metadata.name)
  })

const ownersOf = (name: string) =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const { metadata } = yield* client.get(ConfigMapKind, { name, namespace })
    return (metadata.ownerReferences ?? []).map((owner) => owner.name)
  })

const release = (name: string) =>
  Effect.flatMap(
    KubernetesClient,
    (client) =>
      client.patch(ConfigMapKind, { name, namespace }, { type: "merge", body: { metadata: { finalizers: null } } })
  )

const untilDeleted = (client: KubernetesClient["Service"], name: string) =>
  client.watch(ConfigMapKind, { namespace, fieldSelector: `metadata.name=${name}` }).pipe(
    Stream.takeUntil(({ type }) => type === "DELETED"),
    Stream.runDrain
  )

it.effect("background: the owner goes at once, its dependents and theirs with the next collection", () =>
  Effect.gen(function*() {
    const owner = yield* create("owner")
    yield* create("grandchild", yield* create("child", owner))
    yield* create("bystander")
    yield* collect
    yield* remove("owner")
    assert.deepStrictEqual(yield* names(), ["bystander", "child", "grandchild"])
    yield* collect
    assert.deepStrictEqual(yield* names(), ["bystander"])
  }).pipe(Effect.provide(layerMemory)))

it.effect("a collection that finds nothing writes nothing", () =>
  Effect.gen(function*() {
    yield* create("child", yield* create("owner"))
    yield* collect
    assert.strictEqual(yield* collect, 0)
  }).pipe(Effect.provide(layerMemory)))

it.effect("foreground: the owner stays until its blocking dependents are gone", () =>
  Effect.gen(function*() {
    const owner = yield* create("owner")
    yield* createWith("child", [referenceTo(owner)], ["example.com/hold"])
    yield* createWith("loose", [referenceTo(owner, false)])
    const kept = yield* remove("owner", { propagationPolicy: "Foreground" })
    assert.deepStrictEqual(kept.metadata.finalizers, ["foregroundDeletion"])
    yield* collect
    assert.deepStrictEqual(yield* names(), ["child", "owner"])
    yield* release("child")
    yield* collect
    assert.deepStrictEqual(yield* names(), [])
  }).pipe(Effect.provide(layerMemory)))

it.effect("foreground reaches dependents of dependents before their owners", () =>
  Effect.gen(function*() {
    const owner = yield* create("owner")
    const child = yield* create("child", owner)
    yield* createWith("grandchild", [referenceTo(child)], ["example.com/hold"])
    yield* remove("owner", { propagationPolicy: "Foreground" })
    yield* collect
    assert.deepStrictEqual(yield* names(), ["child", "grandchild", "owner"])
    yield* release("grandchild")
    yield* collect
    assert.deepStrictEqual(yield* names(), [])
  }).pipe(Effect.provide(layerMemory)))

it.effect("orphan: dependents stay and forget their owner", () =>
  Effect.gen(function*() {
    yield* create("child", yield* create("owner"))
    yield* remove("owner", { propagationPolicy: "Orphan" })
    assert.deepStrictEqual(yield* names(), ["child", "owner"])
    yield* collect
    assert.deepStrictEqual(yield* names(), ["child"])
    assert.deepStrictEqual(yield* ownersOf("child"), [])
  }).pipe(Effect.provide(layerMemory)))

it.effect("a dependent with another living owner stays and forgets the one that is gone", () =>
  Effect.gen(function*() {
    const first = yield* create("first")
    const second = yield* create("second")
    yield* create("child", first, second)
    yield* remove("first")
    yield* collect
    assert.deepStrictEqual(yield* ownersOf("child"), ["second"])
    yield* remove("second")
    yield* collect
    assert.deepStrictEqual(yield* names(), [])
  }).pipe(Effect.provide(layerMemory)))

it.effect("a dependent that is made for an owner that never was is collected; one whose owner's kind is unknown is not", () =>
  Effect.gen(function*() {
    const absent = { apiVersion: "v1", kind: "ConfigMap", name: "x", uid: "00000000-0000-4000-8000-000000000000" }
    yield* createWith("lost", [absent])
    yield* createWith("foreign", [{ ...absent, apiVersion: "apps/v1", kind: "Deployment" }])
    yield* collect
    assert.deepStrictEqual(yield* names(), ["foreign"])
  }).pipe(Effect.provide(layerMemory)))

it.effect("an owner in another namespace does not count", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const owner = yield* client.create(ConfigMapKind, { metadata: { name: "owner", namespace: "orchestrator" } })
    yield* create("child", owner)
    yield* collect
    assert.deepStrictEqual(yield* names(), [])
  }).pipe(Effect.provide(layerMemory)))

it.effect("a namespace ends when its content is gone, and takes nothing new meanwhile", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    yield* createWith("held", [], ["example.com/hold"])
    yield* client.create(SecretKind, { metadata: { name: "secret", namespace } })
    const ending = yield* client.delete(NamespaceKind, { name: namespace })
    assert.strictEqual(ending.status?.phase, "Terminating")
    const refusal = yield* Effect.flip(create("late"))
    assert.isTrue(hasReason("Forbidden")(refusal))
    yield* collect
    assert.deepStrictEqual(yield* names(SecretKind), [])
    assert.deepStrictEqual(yield* names(), ["held"])
    yield* client.get(NamespaceKind, { name: namespace })
    yield* release("held")
    yield* collect
    const gone = yield* Effect.flip(client.get(NamespaceKind, { name: namespace }))
    assert.isTrue(hasReason("NotFound")(gone))
  }).pipe(Effect.provide(layerMemory)))

it.effect("in the background it collects whenever there is something to collect", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    yield* create("child", yield* create("owner"))
    const gone = yield* Effect.forkChild(untilDeleted(client, "child"), { startImmediately: true })
    yield* remove("owner")
    yield* Fiber.join(gone)
    assert.deepStrictEqual(yield* names(), [])
  }).pipe(Effect.provide(collector.pipe(Layer.provideMerge(layerMemory)))))
