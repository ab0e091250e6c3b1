import { assert } from "@effect/vitest"
import { CodeRunKind, ConfigMapKind, JobKind, metadataOf } from "@orchestrator/k8s/Kinds"
import type { WatchEvent, WatchOptions } from "@orchestrator/k8s/KubernetesClient"
import type { Job } from "@orchestrator/k8s/Objects"
import { Effect, Stream } from "effect"
import {
  codeRun,
  type ContractCase,
  contractCase,
  createCodeRun,
  createConfigMap,
  getConfigMap,
  refused,
  seen,
  take,
  takeAndThen,
  versionOf,
  type World
} from "./World.ts"

const labelled = { labels: { own: "yes" } }

const create = (world: World, name: string, data = {}) => createConfigMap(world, name, data, labelled)

const watch = ({ client, namespace }: World, options: WatchOptions = {}) =>
  client.watch(ConfigMapKind, { namespace, labelSelector: "own=yes", ...options })

const change = ({ client, namespace }: World, name: string, body: object) =>
  client.patch(ConfigMapKind, { name, namespace }, { type: "merge", body })

const remove = ({ client, namespace }: World, name: string) => client.delete(ConfigMapKind, { name, namespace })

export const watchCases: ReadonlyArray<ContractCase> = [
  contractCase("a watch from nowhere begins with what there is", function*(world) {
    yield* create(world, "a")
    yield* create(world, "b")
    const events = yield* take(watch(world), 2)
    assert.sameDeepMembers([...seen(events)], [["ADDED", "a"], ["ADDED", "b"]])
  }),
  contractCase("a watch from version 0 begins with what there is", function*(world) {
    yield* create(world, "a")
    assert.deepStrictEqual(seen(yield* take(watch(world, { resourceVersion: "0" }), 1)), [["ADDED", "a"]])
  }),
  contractCase("a watch goes on with what happens then", function*(world) {
    yield* create(world, "a")
    const later = Effect.andThen(change(world, "a", { data: { a: "1" } }), remove(world, "a"))
    const events = yield* takeAndThen(watch(world), 3, later)
    assert.deepStrictEqual(seen(events), [["ADDED", "a"], ["MODIFIED", "a"], ["DELETED", "a"]])
  }),
  contractCase("a watch from a version tells everything after it, in order", function*(world) {
    const { metadata: { resourceVersion } } = yield* create(world, "a")
    yield* create(world, "b")
    yield* change(world, "a", { data: { a: "1" } })
    yield* remove(world, "b")
    const events = yield* take(watch(world, { resourceVersion }), 3)
    assert.deepStrictEqual(seen(events), [["ADDED", "b"], ["MODIFIED", "a"], ["DELETED", "b"]])
    const versions = events.map(({ object }) => versionOf(object))
    assert.deepStrictEqual(versions, versions.toSorted((a, b) => a - b))
  }),
  contractCase("a watch resumes where a list ended", function*(world) {
    yield* create(world, "a")
    const { metadata: { resourceVersion } } = yield* world.client.list(ConfigMapKind, { namespace: world.namespace })
    yield* create(world, "b")
    assert.deepStrictEqual(seen(yield* take(watch(world, { resourceVersion }), 1)), [["ADDED", "b"]])
  }),
  contractCase("a deletion carries the last state and the version of the deletion", function*(world) {
    const created = yield* create(world, "a", { a: "1" })
    yield* remove(world, "a")
    const [event] = yield* take(watch(world, { resourceVersion: created.metadata.resourceVersion }), 1)
    assert.deepStrictEqual([event?.type, event?.object.data], ["DELETED", { a: "1" }])
    assert.isAbove(versionOf(event?.object ?? created), versionOf(created))
  }),
  contractCase("a watch of metadata tells nothing else of an object, whatever happens to it", function*(world) {
    const { client, namespace } = world
    yield* create(world, "a", { a: "1" })
    const later = Effect.andThen(change(world, "a", { data: { a: "2" } }), remove(world, "a"))
    const events = yield* takeAndThen(
      client.watch(metadataOf(ConfigMapKind), { namespace, labelSelector: "own=yes" }),
      3,
      later
    )
    assert.deepStrictEqual(seen(events), [["ADDED", "a"], ["MODIFIED", "a"], ["DELETED", "a"]])
    for (const { object } of events) {
      assert.hasAllKeys(object, ["apiVersion", "kind", "metadata"])
      assert.deepStrictEqual([object.apiVersion, object.kind], ["meta.k8s.io/v1", "PartialObjectMetadata"])
    }
    assert.deepStrictEqual(events[0]?.object.metadata.labels, { own: "yes" })
  }),
  contractCase("a list of metadata, and an object's, have nothing else", function*(world) {
    const { client, namespace } = world
    const created = yield* create(world, "a", { a: "1" })
    const { items } = yield* client.list(metadataOf(ConfigMapKind), { namespace, labelSelector: "own=yes" })
    const found = yield* client.get(metadataOf(ConfigMapKind), { namespace, name: "a" })
    for (const object of [...items, found]) {
      assert.hasAllKeys(object, ["apiVersion", "kind", "metadata"])
      assert.strictEqual(object.metadata.uid, created.metadata.uid)
    }
    assert.lengthOf(items, 1)
  }),
  contractCase("of a version that is known an event has no more than that; of any other the object", function*(world) {
    const created = yield* create(world, "a", { a: "1" })
    const { resourceVersion } = created.metadata
    const changed = yield* change(world, "a", { data: { a: "2" } })
    yield* change(world, "a", { data: { a: "3" } })
    yield* remove(world, "a")
    const known = new Set([changed.metadata.resourceVersion])
    const events = yield* take(
      watch(world, { resourceVersion, isKnown: (version) => known.has(version.resourceVersion) }),
      3
    )
    assert.deepStrictEqual(events.map(({ type }) => type), ["MODIFIED", "MODIFIED", "DELETED"])
    assert.deepStrictEqual(events.map(({ known }) => known), [true, undefined, undefined])
    const { name, namespace, uid } = created.metadata
    assert.deepStrictEqual<unknown>(events[0]?.object, {
      metadata: { name, namespace, uid, resourceVersion: changed.metadata.resourceVersion }
    })
    assert.deepStrictEqual(events[1]?.object.data, { a: "3" })
  }),
  contractCase(
    "of an object that was read before an event has stand-ins for what never changes, and the whole",
    function*(world) {
      const { client, namespace } = world
      const container = { name: "main", image: "image" }
      const create = (name: string) =>
        client.create(JobKind, {
          metadata: { name, namespace },
          spec: { suspend: true, template: { spec: { restartPolicy: "Never", containers: [container] } } }
        })
      const first = yield* create("first")
      const read = yield* create("read")
      yield* client.patch(JobKind, { name: "read", namespace }, {
        type: "merge",
        body: { metadata: { labels: { a: "1" } } }
      })
      const { resourceVersion } = first.metadata
      const isRead = ({ uid }: { readonly uid: string }) => uid === read.metadata.uid
      // Who looks after Jobs may change them as well.
      const isOurs = ({ object }: WatchEvent<Job>) => object.metadata.name === "read"
      const hasLabel = ({ object }: WatchEvent<Job>) => object.metadata.labels?.["a"] === "1"
      const events = yield* client.watch(JobKind, { namespace, resourceVersion, isRead }).pipe(
        Stream.filter(isOurs),
        Stream.takeUntil(hasLabel),
        Stream.runCollect
      )
      assert.isAtLeast(events.length, 2)
      for (const { object, whole } of events) {
        assert.deepStrictEqual<unknown>(object.spec.template, JobKind.fixed?.["template"])
        assert.strictEqual(object.spec.suspend, true)
        const told = yield* whole ?? Effect.succeed(first)
        assert.strictEqual(told.metadata.resourceVersion, object.metadata.resourceVersion)
        assert.deepInclude(told.spec.template.spec.containers[0], container)
      }
      const [unread] = yield* take(client.watch(JobKind, { namespace, resourceVersion, isRead: () => false }), 1)
      assert.isUndefined(unread?.whole)
      assert.deepInclude(unread?.object.spec.template.spec.containers[0], container)
    }
  ),
  contractCase("a deletion that waits for finalizers is a change first", function*(world) {
    const created = yield* createConfigMap(world, "a", {}, { ...labelled, finalizers: ["example.com/hold"] })
    yield* remove(world, "a")
    yield* change(world, "a", { metadata: { finalizers: null } })
    const events = yield* take(watch(world, { resourceVersion: created.metadata.resourceVersion }), 2)
    assert.deepStrictEqual(seen(events), [["MODIFIED", "a"], ["DELETED", "a"]])
  }),
  contractCase("writes that change nothing are no events", function*(world) {
    const created = yield* create(world, "a")
    yield* change(world, "a", {})
    yield* create(world, "b")
    const events = yield* take(watch(world, { resourceVersion: created.metadata.resourceVersion }), 1)
    assert.deepStrictEqual(seen(events), [["ADDED", "b"]])
  }),
  contractCase("dry runs are no events", function*(world) {
    const { client, namespace } = world
    const created = yield* create(world, "a")
    yield* client.delete(ConfigMapKind, { name: "a", namespace }, { dryRun: true })
    yield* create(world, "b")
    const events = yield* take(watch(world, { resourceVersion: created.metadata.resourceVersion }), 1)
    assert.deepStrictEqual(seen(events), [["ADDED", "b"]])
  }),
  contractCase("a watch is of its namespace and kind", function*(world) {
    const created = yield* create(world, "a")
    yield* createCodeRun(world, "run")
    yield* create(world, "b")
    const events = yield* take(watch(world, { resourceVersion: created.metadata.resourceVersion }), 1)
    assert.deepStrictEqual(seen(events), [["ADDED", "b"]])
  }),
  contractCase("one object is watched by its name", function*(world) {
    const created = yield* create(world, "a")
    yield* create(world, "b")
    yield* change(world, "a", { data: { a: "1" } })
    const { resourceVersion } = created.metadata
    const events = yield* take(watch(world, { resourceVersion, fieldSelector: "metadata.name=a" }), 1)
    assert.deepStrictEqual(seen(events), [["MODIFIED", "a"]])
  }),
  contractCase("entering a selection is an addition; leaving it a deletion, with the old object", function*(world) {
    const created = yield* create(world, "a", { a: "1" })
    const left = yield* change(world, "a", { metadata: { labels: { own: "no" } }, data: { a: "2" } })
    yield* change(world, "a", { metadata: { labels: { own: "yes" } }, data: { a: "3" } })
    const events = yield* take(watch(world, { resourceVersion: created.metadata.resourceVersion }), 2)
    assert.deepStrictEqual(seen(events), [["DELETED", "a"], ["ADDED", "a"]])
    assert.deepStrictEqual(events.map(({ object }) => object.data?.["a"]), ["1", "3"])
    assert.strictEqual(versionOf(events[0]?.object ?? created), versionOf(left))
  }),
  contractCase("a selectable field that changes ends the watch of the old value", function*(world) {
    const { client, namespace } = world
    const phase = (phase: string) =>
      client.patchStatus(CodeRunKind, { name: "a", namespace }, { type: "merge", body: { status: { phase } } })
    yield* createCodeRun(world, "a")
    const running = yield* phase("Running")
    yield* phase("Succeeded")
    const { resourceVersion } = running.metadata
    const watch = client.watch(CodeRunKind, { namespace, resourceVersion, fieldSelector: "status.phase!=Succeeded" })
    const [event] = yield* take(watch, 1)
    assert.deepStrictEqual([event?.type, event?.object.status?.["phase"]], ["DELETED", "Running"])
  }),
  contractCase("a watch ends cleanly when its time is over", function*(world) {
    yield* create(world, "a")
    const events = yield* Stream.runCollect(watch(world, { timeoutSeconds: 1 }))
    assert.deepStrictEqual(seen(events.filter(({ type }) => type !== "BOOKMARK")), [["ADDED", "a"]])
  }),
  contractCase("initial events end with a bookmark that says so", function*(world) {
    const created = yield* create(world, "a")
    const events = yield* take(watch(world, { sendInitialEvents: true, allowWatchBookmarks: true }), 2)
    assert.deepStrictEqual(events.map(({ type }) => type), ["ADDED", "BOOKMARK"])
    const bookmark = events[1]?.object
    assert.strictEqual(bookmark?.metadata.annotations?.["k8s.io/initial-events-end"], "true")
    assert.isAtLeast(versionOf(bookmark ?? created), versionOf(created))
  }),
  contractCase("initial events of nothing are a bookmark only", function*({ client, namespace }) {
    const watch = client.watch(JobKind, { namespace, sendInitialEvents: true, allowWatchBookmarks: true })
    assert.deepStrictEqual((yield* take(watch, 1)).map(({ type }) => type), ["BOOKMARK"])
  }),
  contractCase("several watches see the same", function*(world) {
    const created = yield* create(world, "a")
    const { resourceVersion } = created.metadata
    const once = take(watch(world, { resourceVersion }), 2)
    const changes = Effect.andThen(create(world, "b"), remove(world, "a"))
    const [first, second] = yield* Effect.all([once, once, changes], { concurrency: "unbounded" })
    assert.deepStrictEqual(seen(first), [["ADDED", "b"], ["DELETED", "a"]])
    assert.deepStrictEqual(seen(second), seen(first))
  }),
  contractCase("a burst arrives whole and in order", function*(world) {
    const created = yield* create(world, "a")
    const names = Array.from({ length: 60 }, (_, index) => `burst-${String(index).padStart(2, "0")}`)
    const burst = Effect.forEach(names, (name) => create(world, name))
    const all = take(watch(world, { resourceVersion: created.metadata.resourceVersion }), 60)
    const [events] = yield* Effect.all([all, burst], { concurrency: "unbounded" })
    assert.deepStrictEqual(events.map(({ object }) => object.metadata.name), names)
  }),
  contractCase("a watch of a kind that is not served is not found", function*({ client, namespace }) {
    const kind = { ...CodeRunKind, group: "nobody.example.com" }
    yield* refused(Stream.runDrain(client.watch(kind, { namespace })), "NotFound")
  }),
  contractCase("a watch from a version that is no version is refused", function*(world) {
    yield* refused(Stream.runDrain(watch(world, { resourceVersion: "yesterday" })), "BadRequest", "ServerError")
  }),
  contractCase("objects of watches are what a get answers", function*(world) {
    yield* create(world, "a", { a: "1" })
    const [event] = yield* take(watch(world), 1)
    assert.deepStrictEqual(event?.object, yield* getConfigMap(world, "a"))
    const run = yield* world.client.create(CodeRunKind, codeRun(world, "run"))
    const { namespace } = world
    const [seenRun] = yield* take(world.client.watch(CodeRunKind, { namespace }), 1)
    assert.strictEqual(seenRun?.object.metadata.uid, run.metadata.uid)
  })
]
