import { assert, describe, it } from "@effect/vitest"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { EmbeddedStore } from "@orchestrator/embedded/EmbeddedStore"
import { Effect, Fiber, Latch, Layer, Queue, Ref, Stream } from "effect"
import { TestClock } from "effect/testing"
import { ConfigMapKind, type Kind } from "../src/Kinds.ts"
import { KubernetesClient, type ListOptions, type WatchEvent, type WatchOptions } from "../src/KubernetesClient.ts"
import { KubernetesError, type KubernetesErrorReason } from "../src/KubernetesError.ts"
import type { ConfigMap, KubernetesObject, ObjectList } from "../src/Objects.ts"
import { reflect } from "../src/Reflector.ts"
import { makeStore } from "../src/Store.ts"

const settle = Effect.replicateEffect(Effect.yieldNow, 200)
const namespace = "default"

/** Reflects into a new store, and notes what it was told. */
const reflecting = Effect.fnUntraced(function*(labelSelector?: string) {
  const store = makeStore<ConfigMap>()
  const changes: Array<string> = []
  let synced = 0
  const fiber = yield* Effect.forkScoped(reflect(ConfigMapKind, {
    namespace,
    labelSelector,
    store,
    project: ({ metadata }) => ({ metadata }),
    onChange: ({ metadata }, change) => Effect.sync(() => void changes.push(`${change} ${metadata.name}`)),
    onSynced: Effect.sync(() => void (synced += 1))
  }))
  yield* settle
  return {
    store,
    fiber,
    changes,
    synced: () => synced,
    names: () => [...store.values()].map(({ metadata }) => metadata.name).toSorted()
  }
})

const failure = (operation: string) => (reason: KubernetesErrorReason) =>
  new KubernetesError({ operation, ref: "configmaps", reason })

const noStreams: KubernetesErrorReason = { _tag: "Invalid", message: "sendInitialEvents is forbidden", causes: [] }

/** The cluster as an older server would be. */
const withoutStreams = Effect.map(KubernetesClient, (client): KubernetesClient["Service"] => ({
  ...client,
  watch: (kind, options = {}) =>
    options.sendInitialEvents === true ? Stream.fail(failure("watch")(noStreams)) : client.watch(kind, options)
}))

describe("on the embedded cluster", () => {
  const create = (name: string, labels: Readonly<Record<string, string>> = {}) =>
    Effect.flatMap(
      KubernetesClient,
      (client) => client.create(ConfigMapKind, { metadata: { name, namespace, labels }, data: { key: "value" } })
    )
  const remove = (name: string) =>
    Effect.flatMap(KubernetesClient, (client) => client.delete(ConfigMapKind, { name, namespace }))
  const requests = (verb: "list" | "watch") =>
    Effect.flatMap(EmbeddedStore, (store) => store.countOf(verb, ConfigMapKind))

  it.effect("the store has what was there, then what comes, pruned", () =>
    Effect.gen(function*() {
      yield* create("early")
      const { changes, names, store, synced } = yield* reflecting()
      assert.deepStrictEqual(names(), ["early"])
      assert.strictEqual(synced(), 1)
      yield* create("late")
      yield* settle
      yield* remove("early")
      yield* settle
      assert.deepStrictEqual(names(), ["late"])
      assert.deepStrictEqual(changes, ["set early", "set late", "removed early"])
      assert.isUndefined(store.get({ name: "late", namespace })?.data)
    }).pipe(Effect.provide(Layer.fresh(layerMemory))))

  it.effect("the echo of a write whose answer the store has is handed on, and not read again", () =>
    Effect.gen(function*() {
      const store = makeStore<ConfigMap>()
      const read: Array<string | undefined> = []
      const changes: Array<readonly [string | undefined, boolean]> = []
      const isBusy = yield* Latch.make()
      yield* Effect.forkScoped(reflect(ConfigMapKind, {
        namespace,
        store,
        skipsKnown: true,
        project: (object) => {
          read.push(object.metadata.name)
          return object
        },
        onChange: (object, _, before) =>
          Effect.andThen(
            isBusy.await,
            Effect.sync(() => void changes.push([object.metadata.name, object === before]))
          ),
        onSynced: Effect.void
      }))
      yield* settle
      yield* create("before")
      yield* settle
      const ours = yield* create("ours")
      store.wrote(ours)
      yield* isBusy.open
      yield* settle
      assert.deepStrictEqual(read, ["before"])
      assert.deepStrictEqual(changes, [["before", false], ["ours", true]])
      assert.strictEqual(store.revision(), ours.metadata.resourceVersion)
      yield* create("after")
      yield* settle
      assert.deepStrictEqual(read, ["before", "after"])
    }).pipe(Effect.provide(Layer.fresh(layerMemory))))

  it.effect("a list of several pages is complete", () =>
    Effect.gen(function*() {
      yield* Effect.forEach(Array.from({ length: 1203 }, (_, index) => `map-${index}`), (name) => create(name), {
        discard: true
      })
      const { store, synced } = yield* reflecting().pipe(Effect.provide(Layer.effect(KubernetesClient, withoutStreams)))
      yield* settle
      assert.strictEqual(store.size(), 1203)
      assert.strictEqual(synced(), 1)
      assert.strictEqual(yield* requests("list"), 3)
    }).pipe(Effect.provide(Layer.fresh(layerMemory))))

  it.effect("an object that leaves the selection is removed, one that enters it is set", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      yield* create("a", { app: "x" })
      const { changes, names } = yield* reflecting("app=x")
      const label = (value: string) =>
        client.patch(ConfigMapKind, { name: "a", namespace }, {
          type: "merge",
          body: { metadata: { labels: { app: value } } }
        })
      yield* label("y")
      yield* settle
      assert.deepStrictEqual(names(), [])
      yield* label("x")
      yield* settle
      assert.deepStrictEqual(names(), ["a"])
      assert.deepStrictEqual(changes, ["set a", "removed a", "set a"])
    }).pipe(Effect.provide(Layer.fresh(layerMemory))))

  it.effect("a watch that the server ends is resumed without a list and without a loss", () =>
    Effect.gen(function*() {
      const { names } = yield* reflecting()
      yield* TestClock.adjust("20 minutes")
      yield* create("a")
      yield* settle
      assert.deepStrictEqual(names(), ["a"])
      assert.strictEqual(yield* requests("list"), 0)
      assert.isAtLeast(yield* requests("watch"), 4)
    }).pipe(Effect.provide(Layer.fresh(layerMemory))))

  it.effect("bookmarks carry a quiet watch over a history that is forgotten", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const cluster = yield* EmbeddedStore
      const { names, store } = yield* reflecting("app=x")
      yield* create("other")
      yield* TestClock.adjust("2 minutes")
      const { metadata } = yield* client.list(ConfigMapKind, { namespace })
      assert.strictEqual(store.revision(), metadata.resourceVersion)
      yield* cluster.compact()
      yield* TestClock.adjust("10 minutes")
      yield* create("a", { app: "x" })
      yield* settle
      assert.deepStrictEqual(names(), ["a"])
    }).pipe(Effect.provide(Layer.fresh(layerMemory))))
})

/** What a scripted server does: one list or one watch after the other; the last of each for ever. */
interface Script {
  readonly lists: ReadonlyArray<
    Effect.Effect<{ readonly names: ReadonlyArray<string>; readonly revision: string }, KubernetesErrorReason>
  >
  readonly watches: ReadonlyArray<Stream.Stream<WatchEvent<ConfigMap>, KubernetesErrorReason>>
  /** Watches that begin with what there is. Absent: the server knows none. */
  readonly streams?: ReadonlyArray<Stream.Stream<WatchEvent<ConfigMap>, KubernetesErrorReason>>
}

/** Objects as they come from the wire. */
const wire = <A>(object: object): A => JSON.parse(JSON.stringify(object))

const map = (name: string, version: string): ConfigMap => ({
  metadata: { name, namespace, uid: name, resourceVersion: version }
})
const added = (name: string, version: string): WatchEvent<ConfigMap> => ({ type: "ADDED", object: map(name, version) })
const deleted = (name: string, version: string): WatchEvent<ConfigMap> => ({
  type: "DELETED",
  object: map(name, version)
})
const bookmark = (version: string): WatchEvent<ConfigMap> => ({
  type: "BOOKMARK",
  object: { metadata: { resourceVersion: version } }
})

const gone: KubernetesErrorReason = { _tag: "Gone", message: "too old" }
const broken: KubernetesErrorReason = { _tag: "Unreachable", message: "reset" }
const forbidden: KubernetesErrorReason = { _tag: "Forbidden", message: "no" }
const complete = (version: string): WatchEvent<ConfigMap> => ({
  type: "BOOKMARK",
  object: { metadata: { resourceVersion: version, annotations: { "k8s.io/initial-events-end": "true" } } }
})
const listed = (revision: string, ...names: ReadonlyArray<string>) => Effect.succeed({ names, revision })

/** The scripted server, and what it was asked: `list`, `watch from 10`. */
const scripted = (script: Script) =>
  Effect.gen(function*() {
    const asked = yield* Ref.make<ReadonlyArray<string>>([])
    const counts = { list: 0, watch: 0, stream: 0 }
    const next = <A>(items: ReadonlyArray<A>, which: "list" | "watch" | "stream") => {
      const item = items[Math.min(counts[which]++, items.length - 1)]
      assert.isDefined(item)
      return item
    }
    const note = (text: string) => Ref.update(asked, (before) => [...before, text])
    const client = Layer.mock(KubernetesClient, {
      list: <A extends KubernetesObject>(_: Kind<A>, options: ListOptions = {}) =>
        note(`list${options.continue === undefined ? "" : ` after ${options.continue}`}`).pipe(
          Effect.andThen(Effect.suspend(() => next(script.lists, "list"))),
          Effect.map(({ names, revision }): ObjectList<A> => ({
            items: names.map((name) => wire<A>(map(name, revision))),
            metadata: { resourceVersion: revision }
          })),
          Effect.mapError(failure("list"))
        ),
      watch: <A extends KubernetesObject>(_: Kind<A>, options: WatchOptions = {}) =>
        Stream.unwrap(
          options.sendInitialEvents !== true
            ? Effect.as(
              note(`watch from ${options.resourceVersion}`),
              Stream.suspend(() => next(script.watches, "watch"))
            )
            : script.streams === undefined
            ? Effect.succeed(Stream.fail(noStreams))
            : Effect.as(note("stream"), Stream.suspend(() => next(script.streams ?? [], "stream")))
        ).pipe(
          Stream.map((event): WatchEvent<A> => ({ type: event.type, object: wire<A>(event.object) })),
          Stream.mapError(failure("watch"))
        )
    })
    const reflected = yield* Effect.provide(reflecting(), client)
    return { ...reflected, asked: Ref.get(asked) }
  })

describe("on a server that has its troubles", () => {
  it.effect("a watch starts where the list ended, and is resumed where the last event was", () =>
    Effect.gen(function*() {
      const { asked, names } = yield* scripted({
        lists: [listed("10", "a")],
        watches: [Stream.make(added("b", "12"), deleted("a", "15")), Stream.never]
      })
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* asked, ["list", "watch from 10", "watch from 15"])
      assert.deepStrictEqual(names(), ["b"])
    }))

  it.effect("and where the last bookmark was", () =>
    Effect.gen(function*() {
      const { asked, changes } = yield* scripted({
        lists: [listed("10")],
        watches: [Stream.make(bookmark("90")), Stream.never]
      })
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* asked, ["list", "watch from 10", "watch from 90"])
      assert.deepStrictEqual(changes, [])
    }))

  it.effect("a history that is gone is listed again, and what is gone meanwhile is removed", () =>
    Effect.gen(function*() {
      const { asked, changes, names, synced } = yield* scripted({
        lists: [listed("10", "a", "b"), listed("50", "b", "c")],
        watches: [Stream.fail(gone), Stream.never]
      })
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* asked, ["list", "watch from 10", "list", "watch from 50"])
      assert.deepStrictEqual(names(), ["b", "c"])
      assert.deepStrictEqual(changes, ["set a", "set b", "removed a", "set b", "set c"])
      assert.strictEqual(synced(), 1)
    }))

  it.effect("a history that is gone in the middle of a watch is listed again at once when the watch had lasted", () =>
    Effect.gen(function*() {
      const { asked } = yield* scripted({
        lists: [listed("10"), listed("50")],
        watches: [Stream.fromEffect(Effect.andThen(Effect.sleep("1 minute"), Effect.fail(gone))), Stream.never]
      })
      yield* TestClock.adjust("1 minute")
      yield* settle
      assert.deepStrictEqual(yield* asked, ["list", "watch from 10", "list", "watch from 50"])
    }))

  it.effect("a broken watch is resumed after a pause, not listed again", () =>
    Effect.gen(function*() {
      const { asked } = yield* scripted({ lists: [listed("10")], watches: [Stream.fail(broken), Stream.never] })
      assert.deepStrictEqual(yield* asked, ["list", "watch from 10"])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* asked, ["list", "watch from 10", "watch from 10"])
    }))

  it.effect("a silent watch that a read has overtaken is begun anew within seconds, once for a read", () =>
    Effect.gen(function*() {
      const { asked, store } = yield* scripted({ lists: [listed("10", "a")], watches: [Stream.never] })
      yield* TestClock.adjust("1 minute")
      store.read(map("a", "20"))
      assert.strictEqual(store.get({ name: "a", namespace })?.metadata.resourceVersion, "20")
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(yield* asked, ["list", "watch from 10", "watch from 10"])
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* asked).length, 3)
    }))

  it.effect("a watch that catches up with a read goes on", () =>
    Effect.gen(function*() {
      const late = Stream.fromEffect(Effect.delay(Effect.succeed(bookmark("20")), "63 seconds"))
      const { asked, store } = yield* scripted({
        lists: [listed("10", "a")],
        watches: [Stream.concat(late, Stream.never)]
      })
      yield* TestClock.adjust("1 minute")
      store.read(map("a", "20"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* asked, ["list", "watch from 10"])
    }))

  const rates: ReadonlyArray<{ name: string; script: Script }> = [
    { name: "whose watches break at once", script: { lists: [listed("10")], watches: [Stream.fail(broken)] } },
    {
      name: "whose watches break after an event",
      script: { lists: [listed("10")], watches: [Stream.concat(Stream.make(added("a", "11")), Stream.fail(broken))] }
    },
    { name: "whose watches end at once", script: { lists: [listed("10")], watches: [Stream.empty] } },
    { name: "whose history is always gone", script: { lists: [listed("10")], watches: [Stream.fail(gone)] } },
    { name: "that refuses to list", script: { lists: [Effect.fail(forbidden)], watches: [Stream.never] } }
  ]
  it.effect.each(rates)(
    "a server $name is asked ever more rarely, but never given up",
    ({ script }) =>
      Effect.gen(function*() {
        const { asked } = yield* scripted(script)
        yield* TestClock.adjust("10 minutes")
        const first = (yield* asked).length
        assert.isBelow(first, 120)
        yield* TestClock.adjust("10 minutes")
        const more = (yield* asked).length - first
        assert.isAtLeast(more, 20)
        assert.isAtMost(more, 84)
      })
  )

  it.effect("a watch that lasted resets the failure count", () =>
    Effect.gen(function*() {
      const { asked } = yield* scripted({
        lists: [listed("10")],
        watches: [
          ...Array.from({ length: 8 }, () => Stream.fail(broken)),
          Stream.concat(
            Stream.make(added("a", "11")),
            Stream.fromEffect(Effect.andThen(Effect.sleep("10 seconds"), Effect.fail(broken)))
          ),
          Stream.never
        ]
      })
      while ((yield* asked).length < 10) yield* TestClock.adjust("50 millis")
      assert.strictEqual((yield* asked).at(-1), "watch from 10")
      yield* TestClock.adjust("10200 millis")
      assert.strictEqual((yield* asked).at(-1), "watch from 11")
    }))

  it.effect("a server that asks for time gets it", () =>
    Effect.gen(function*() {
      const busy: KubernetesErrorReason = { _tag: "TooManyRequests", message: "later", retryAfterSeconds: 30 }
      const { asked, synced } = yield* scripted({
        lists: [Effect.fail(busy), listed("10")],
        watches: [Stream.never]
      })
      yield* TestClock.adjust("29 seconds")
      assert.deepStrictEqual(yield* asked, ["list"])
      assert.strictEqual(synced(), 0)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* asked, ["list", "list", "watch from 10"])
      assert.strictEqual(synced(), 1)
    }))

  it.effect("what there is comes by the watch that goes on; what changes meanwhile counts", () =>
    Effect.gen(function*() {
      const beginning = Stream.make(added("a", "5"), added("b", "7"), bookmark("8"), deleted("a", "9"), complete("20"))
      const { asked, changes, names, store, synced } = yield* scripted({
        lists: [],
        watches: [Stream.never],
        streams: [Stream.concat(Stream.concat(beginning, Stream.make(added("c", "21"))), Stream.never)]
      })
      assert.deepStrictEqual(names(), ["b", "c"])
      assert.deepStrictEqual(changes, ["set b", "set c"])
      assert.deepStrictEqual([store.revision(), synced()], ["21", 1])
      assert.deepStrictEqual(yield* asked, ["stream"])
    }))

  const streamed = Stream.make(added("a", "5"), complete("20"))
  const beginnings = [
    {
      name: "that breaks before it is complete begins anew",
      streams: [
        Stream.concat(Stream.make(added("b", "4")), Stream.fail(broken)),
        Stream.concat(streamed, Stream.never)
      ],
      want: ["stream", "stream"]
    },
    {
      name: "that breaks later is resumed",
      streams: [Stream.concat(streamed, Stream.fail(broken))],
      want: ["stream", "watch from 20"]
    },
    { name: "that ends later is resumed", streams: [streamed], want: ["stream", "watch from 20"] },
    {
      name: "whose history is gone begins anew",
      streams: [Stream.concat(streamed, Stream.fail(gone)), Stream.concat(streamed, Stream.never)],
      want: ["stream", "stream"]
    },
    {
      name: "that ends before it is complete is given up for a list",
      streams: [Stream.make(added("b", "4"))],
      want: ["stream", "list", "watch from 30"]
    },
    {
      name: "that never becomes complete is given up for a list",
      streams: [Stream.concat(Stream.make(added("b", "4")), Stream.never)],
      want: ["stream", "list", "watch from 30"]
    }
  ]
  it.effect.each(beginnings)("a watch with what there is $name", ({ streams, want }) =>
    Effect.gen(function*() {
      const { asked, names } = yield* scripted({ lists: [listed("30", "a")], watches: [Stream.never], streams })
      yield* TestClock.adjust("61 seconds")
      assert.deepStrictEqual(yield* asked, want)
      assert.deepStrictEqual(names(), ["a"])
    }))

  it.effect("a watch that needs minutes for all there is, is given them for as long as it goes on", () =>
    Effect.gen(function*() {
      const listed = (names: ReadonlyArray<string>) => Stream.fromIterable(names.map((name) => added(name, "4")))
      const many = Array.from({ length: 600 }, (_, index) => `a${index}`)
      const later = (events: typeof streamed) => Stream.unwrap(Effect.as(Effect.sleep("90 seconds"), events))
      const slow = Stream.concat(listed(many), later(Stream.concat(streamed, Stream.never)))
      const { asked, names } = yield* scripted({ lists: [], watches: [], streams: [slow] })
      yield* TestClock.adjust("91 seconds")
      assert.deepStrictEqual(yield* asked, ["stream"])
      assert.strictEqual(names().length, many.length + 1)
    }))

  it.effect("events are taken one after the other, in their order", () =>
    Effect.gen(function*() {
      const queue = yield* Queue.unbounded<WatchEvent<ConfigMap>>()
      const { changes, fiber } = yield* scripted({ lists: [listed("10")], watches: [Stream.fromQueue(queue)] })
      yield* Queue.offerAll(queue, [added("a", "11"), deleted("a", "12"), added("a", "13"), added("b", "14")])
      yield* settle
      assert.deepStrictEqual(changes, ["set a", "removed a", "set a", "set b"])
      yield* Fiber.interrupt(fiber)
      yield* Queue.offer(queue, added("c", "15"))
      yield* settle
      assert.lengthOf(changes, 4)
    }))
})
