import { assert, it } from "@effect/vitest"
import { definitionOf } from "@orchestrator/domain/CustomResourceDefinition"
import { runKinds } from "@orchestrator/domain/kinds/RunKinds"
import {
  CodeRunKind,
  ConfigMapKind,
  CustomResourceDefinitionKind,
  DocsRunKind,
  SubjectAccessReviewKind,
  TokenReviewKind
} from "@orchestrator/k8s/Kinds"
import { KubernetesClient, type WatchOptions } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import { Effect, Fiber, Layer, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import { layerMemory, layerWith } from "../src/EmbeddedCluster.ts"
import { EmbeddedStore } from "../src/EmbeddedStore.ts"
import { Persistence, PersistenceError } from "../src/Persistence.ts"

const namespace = "default"
const configMap = (name: string, data: Readonly<Record<string, string>> = {}) => ({
  metadata: { name, namespace },
  data
})

const create = (name: string) =>
  Effect.flatMap(KubernetesClient, (client) => client.create(ConfigMapKind, configMap(name)))

const set = (name: string, a: string) =>
  Effect.flatMap(
    KubernetesClient,
    (client) => client.patch(ConfigMapKind, { name, namespace }, { type: "merge", body: { data: { a } } })
  )

const watch = (options: WatchOptions = {}) =>
  Stream.unwrap(Effect.map(KubernetesClient, (client) => client.watch(ConfigMapKind, { namespace, ...options })))

it.effect("after a compaction old watches and pages are gone, the present is not", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const { compact } = yield* EmbeddedStore
    const first = yield* create("a")
    yield* create("b")
    const page = yield* client.list(ConfigMapKind, { namespace, limit: 1 })
    yield* set("a", "1")
    yield* compact()
    const { resourceVersion } = first.metadata
    assert.isTrue(hasReason("Gone")(yield* Effect.flip(Stream.runDrain(watch({ resourceVersion })))))
    const next = client.list(ConfigMapKind, { namespace, limit: 1, continue: page.metadata.continue })
    assert.isTrue(hasReason("Gone")(yield* Effect.flip(next)))
    const exact = client.list(ConfigMapKind, { namespace, resourceVersion, resourceVersionMatch: "Exact" })
    assert.isTrue(hasReason("Gone")(yield* Effect.flip(exact)))
    const { items, metadata } = yield* client.list(ConfigMapKind, { namespace })
    assert.lengthOf(items, 2)
    yield* create("c")
    const [event] = yield* Stream.runCollect(Stream.take(watch({ resourceVersion: metadata.resourceVersion }), 1))
    assert.strictEqual(event?.object.metadata.name, "c")
  }).pipe(Effect.provide(layerMemory)))

it.effect("a watch that has seen everything survives a compaction", () =>
  Effect.gen(function*() {
    const { compact } = yield* EmbeddedStore
    yield* create("a")
    const seen = yield* Queue.unbounded<string>()
    const names = Stream.map(watch(), ({ object }) => object.metadata.name ?? "")
    const fiber = yield* Effect.forkChild(Stream.runForEach(names, (name) => Queue.offer(seen, name)))
    assert.strictEqual(yield* Queue.take(seen), "a")
    yield* compact()
    yield* create("b")
    assert.strictEqual(yield* Queue.take(seen), "b")
    yield* Fiber.interrupt(fiber)
  }).pipe(Effect.provide(layerMemory)))

it.effect("a reader that falls too far behind is told so, and never holds up a writer", () =>
  Effect.gen(function*() {
    yield* create("a")
    const error = yield* watch({ resourceVersion: "0" }).pipe(
      Stream.mapEffect(() =>
        Effect.forEach(Array.from({ length: 30 }, (_, index) => String(index)), (value) => set("a", value))
      ),
      Stream.runDrain,
      Effect.flip
    )
    assert.isTrue(hasReason("Gone")(error))
  }).pipe(Effect.provide(layerWith({ historyLimit: 10 }))))

it.effect("bookmarks come with time, at the current revision, and only where asked for", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const { revision } = yield* EmbeddedStore
    const resourceVersion = String(yield* revision)
    const marks = yield* Effect.forkChild(
      Stream.runCollect(Stream.take(watch({ resourceVersion, allowWatchBookmarks: true }), 2))
    )
    const quiet = yield* Effect.forkChild(Stream.runCollect(watch({ resourceVersion, timeoutSeconds: 120 })))
    yield* Effect.yieldNow
    yield* client.create(CodeRunKind, codeRun("a"))
    yield* TestClock.adjust("60 seconds")
    yield* TestClock.adjust("60 seconds")
    const events = yield* Fiber.join(marks)
    assert.deepStrictEqual(events.map(({ type }) => type), ["BOOKMARK", "BOOKMARK"])
    assert.strictEqual(events[0]?.object.metadata.resourceVersion, String(yield* revision))
    assert.deepStrictEqual(yield* Fiber.join(quiet), [])
  }).pipe(Effect.provide(layerMemory)))

it.effect("successful requests are counted by verb and kind; refused ones and dry runs are not", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const { countOf, requests, resetCounts } = yield* EmbeddedStore
    assert.deepStrictEqual(yield* requests, [])
    yield* create("a")
    yield* Effect.flip(create("a"))
    yield* client.create(ConfigMapKind, configMap("dry"), { dryRun: true })
    yield* set("a", "1")
    yield* client.list(ConfigMapKind)
    assert.deepStrictEqual(
      yield* Effect.all([
        countOf("create", ConfigMapKind),
        countOf("patch", ConfigMapKind),
        countOf("get", ConfigMapKind)
      ]),
      [1, 1, 0]
    )
    assert.sameDeepMembers([...(yield* requests)], [
      { verb: "create", kind: "ConfigMap", count: 1 },
      { verb: "patch", kind: "ConfigMap", count: 1 },
      { verb: "list", kind: "ConfigMap", count: 1 }
    ])
    yield* resetCounts
    assert.deepStrictEqual(yield* requests, [])
  }).pipe(Effect.provide(layerMemory)))

it.effect("what the store holds cannot be changed from outside", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const mine = configMap("a", { a: "1" })
    const created = yield* client.create(ConfigMapKind, mine)
    Object.assign(mine.data, { a: "2" })
    assert.throws(() => Object.assign(created.data ?? {}, { a: "3" }), TypeError)
    assert.deepStrictEqual((yield* client.get(ConfigMapKind, { name: "a", namespace })).data, { a: "1" })
  }).pipe(Effect.provide(layerMemory)))

const spec = {
  taskId: 1,
  service: "checkout",
  repositoryUrl: "https://git.example.com/shop.git",
  docsRepositoryUrl: "https://git.example.com/docs.git",
  workingDirectory: ".",
  model: "claude-sonnet-4-5",
  githubUser: "octo"
}
const codeRun = (name: string) => ({ metadata: { name, namespace }, spec })

it.effect("a custom kind is served from when its definition is there until it is deleted, objects and all", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const { served } = yield* EmbeddedStore
    assert.isTrue(hasReason("NotFound")(yield* Effect.flip(client.create(CodeRunKind, codeRun("a")))))
    yield* client.create(CustomResourceDefinitionKind, definitionOf(runKinds.CodeRun))
    yield* client.create(CodeRunKind, codeRun("a"))
    assert.isTrue(hasReason("NotFound")(yield* Effect.flip(client.list(DocsRunKind))))
    const [first] = yield* served
    assert.deepStrictEqual([first?.kind.kind, first?.kind.shortNames], ["CodeRun", ["cr"]])
    assert.property(first?.schema.properties, "spec")
    const events = yield* Effect.forkChild(Stream.runCollect(Stream.take(client.watch(CodeRunKind), 2)))
    yield* Effect.yieldNow
    yield* client.delete(CustomResourceDefinitionKind, { name: "coderuns.orchestrator.platform" })
    assert.deepStrictEqual((yield* Fiber.join(events)).map(({ type }) => type), ["ADDED", "DELETED"])
    assert.isTrue(hasReason("NotFound")(yield* Effect.flip(client.list(CodeRunKind))))
    yield* client.create(CustomResourceDefinitionKind, definitionOf(runKinds.CodeRun))
    assert.lengthOf((yield* client.list(CodeRunKind)).items, 0)
  }).pipe(Effect.provide(layerWith({ installDefinitions: false }))))

it.effect("users that were registered are known by their token and may do what they may", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const { registerUser } = yield* EmbeddedStore
    yield* registerUser("obviously-fake", {
      username: "ann",
      groups: ["dev"],
      allows: ({ verb }) => verb === "create"
    })
    const review = (token: string) => client.create(TokenReviewKind, { metadata: {}, spec: { token } })
    const known = yield* review("obviously-fake")
    assert.deepStrictEqual(
      [known.status?.authenticated, known.status?.user?.username, known.status?.user?.groups],
      [true, "ann", ["dev", "system:authenticated"]]
    )
    assert.strictEqual((yield* review("other")).status?.authenticated, false)
    const may = (user: string, verb: string) =>
      Effect.map(
        client.create(SubjectAccessReviewKind, { metadata: {}, spec: { user, resourceAttributes: { verb } } }),
        ({ status }) => status?.allowed
      )
    assert.deepStrictEqual(
      yield* Effect.all([may("ann", "create"), may("ann", "delete"), may("bob", "create")]),
      [true, false, false]
    )
  }).pipe(Effect.provide(layerMemory)))

const broken = Layer.sync(Persistence, () => {
  let saves = 0
  return {
    load: Effect.succeed({ revision: 0, objects: [] }),
    save: () =>
      saves++ < 5
        ? Effect.void
        : Effect.fail(
          new PersistenceError({
            operation: "save",
            location: "nowhere",
            reason: "Unwritable",
            message: "nowhere is full"
          })
        )
  }
})

it.effect("a write that cannot be made durable fails, and nobody sees it", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const { revision } = yield* EmbeddedStore
    const before = yield* revision
    const error = yield* Effect.flip(create("a"))
    assert.isTrue(hasReason("ServerError")(error))
    assert.strictEqual(yield* revision, before)
    assert.lengthOf((yield* client.list(ConfigMapKind)).items, 0)
  }).pipe(Effect.provide(layerWith({ persistence: broken }))))
