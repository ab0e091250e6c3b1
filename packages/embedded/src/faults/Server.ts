/**
 * The cluster of a simulation: API server, actors and node in a process of their own, which nothing goes wrong with. Its work is done at
 * once, between two steps; what the same program creates has the same uid every time.
 */
import type { Kind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient, type WatchEvent, type WatchOptions } from "@orchestrator/k8s/KubernetesClient"
import { KubernetesError, type KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { Cause, Context, Effect, Exit, Layer, Random, Result, Scope, Stream } from "effect"
import * as Actors from "../actors/Actors.ts"
import { ClaimBinder } from "../actors/ClaimBinder.ts"
import * as GarbageCollector from "../actors/GarbageCollector.ts"
import { layerWith } from "../EmbeddedCluster.ts"
import { EmbeddedStore } from "../EmbeddedStore.ts"
import type { ServedKind } from "../kinds/ServedKinds.ts"
import { Kubelet } from "../node/Kubelet.ts"
import { layerTest, type Script, ScriptedNode } from "../node/ScriptedRuntime.ts"
import { notServed } from "../objects/Refusal.ts"
import { viewAs } from "../objects/StoredObject.ts"
import { Persistence } from "../Persistence.ts"
import { objectsAt, parseRevision } from "../read/ListPages.ts"
import { parseSelection, type Selection } from "../read/Selection.ts"
import { bookmarkAt, eventOf } from "../read/Watch.ts"
import type { ObjectStore, StagedChange, StoreContents } from "../store/ObjectStore.ts"
import { cutOff, type Delivered, type Feed, makeFeed } from "./Feed.ts"
import type { Process } from "./Process.ts"
import { randomOf, seeded } from "./Seeded.ts"

export interface Server {
  readonly process: Process
  readonly client: KubernetesClient["Service"]
  readonly objects: ObjectStore
  /** Revision at the start. */
  readonly firstRevision: number
  readonly node: Kubelet["Service"]
  readonly claims: ClaimBinder["Service"]
  readonly script: ScriptedNode["Service"]
  /** Runs to its end now; undefined when it waits for something that has yet to happen. */
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => Exit.Exit<A, E> | undefined
  /** A watch of the API server, for a reader that the simulation serves. `at`: as of an older revision. */
  readonly open: (
    kind: Kind,
    options: WatchOptions,
    at: number | undefined
  ) => Result.Result<Feed, KubernetesErrorReason>
  /** A bookmark of now. */
  readonly bookmark: (feed: Feed) => WatchEvent<KubernetesObject>
  /** Order of whatever waits: a number that is larger every time. */
  readonly nextOrder: () => number
}

export interface ServerOptions {
  readonly process: Process
  readonly script: Script
  /** What there is at the start; undefined: an empty cluster. */
  readonly contents: StoreContents | undefined
}

type Client = KubernetesClient["Service"]

/** Each object gets its uid and its random name by what it is, not by when it is made. */
const withSteadyNames = (client: Client): Client => {
  const counts = new Map<string, number>()
  return KubernetesClient.of({
    ...client,
    create: (kind, object, options) =>
      Effect.suspend(() => {
        const { generateName = "", name = "", namespace = "" } = object.metadata
        // What nobody may guess in a name is another whenever it is made.
        const known = name.replace(/-[0-9a-f]{16}$/, "")
        const key = `${kind.kind} ${namespace}/${known}${name === "" ? generateName : ""}`
        const count = counts.get(key) ?? 0
        counts.set(key, count + 1)
        return client.create(kind, object, options).pipe(
          Effect.provideService(Random.Random, randomOf(seeded(`${key} ${count}`))),
          // What was not made counts for nothing.
          Effect.tapError(() =>
            Effect.sync(() => {
              if (counts.get(key) === count + 1) counts.set(key, count)
            })
          )
        )
      })
  })
}

/** Events of a feed as a stream; the end of the reader is the end of the feed. */
export const streamOf = <A extends KubernetesObject>(
  kind: Kind,
  feed: Feed,
  onHungry: () => void = () => undefined
): Stream.Stream<WatchEvent<A>, KubernetesError> => {
  type Events = [WatchEvent<A>, ...Array<WatchEvent<A>>]
  const resultOf = (delivered: Delivered): Effect.Effect<Events, KubernetesError | Cause.Done> => {
    switch (delivered._tag) {
      case "Events":
        return Effect.succeed(
          delivered.events.map(({ object, type }) => ({ type, object: viewAs<A>(object) })) as Events
        )
      case "Closed":
        return Cause.done()
      case "Failed":
        return Effect.fail(
          new KubernetesError({ operation: "watch", ref: kind.plural, reason: delivered.reason })
        )
    }
  }
  const pull = Effect.callback<Events, KubernetesError | Cause.Done>((resume) => {
    feed.take = (delivered) => resume(resultOf(delivered))
    onHungry()
    return Effect.sync(() => {
      feed.take = undefined
    })
  })
  return Stream.ensuring(
    Stream.fromPull(Effect.succeed(pull)),
    Effect.sync(() => {
      feed.isOpen = false
    })
  )
}

export const makeServer = ({ contents, process, script }: ServerOptions): Server => {
  const { tasks } = process
  const feeds = new Set<Feed>()
  const own = new Set<Feed>()
  let order = 0
  const nextOrder = () => order++

  const run = <A, E>(effect: Effect.Effect<A, E>): Exit.Exit<A, E> | undefined => {
    const fiber = Effect.runForkWith(process.context)(effect)
    if (fiber.pollUnsafe() === undefined) tasks.drain()
    return fiber.pollUnsafe()
  }

  /** One event less until a feed that was cut off ends. */
  const lose = (feed: Feed) => {
    feed.lost = (feed.lost ?? 0) - 1
    if (feed.lost <= 0) cutOff(feed, nextOrder(), { _tag: "Failed", reason: { _tag: "Gone", message: "too old" } })
  }

  /** What the reader waits for, once whoever writes has written. */
  const dispatcher = tasks.makeDispatcher()
  const handOver = (feed: Feed) => () => {
    if (feed.take === undefined || feed.queue.length === 0) return
    const events = feed.queue.splice(0).map(({ event }) => event)
    const { take } = feed
    feed.take = undefined
    take({ _tag: "Events", events })
  }

  const start = (
    objects: ObjectStore,
    served: ServedKind,
    selection: Selection,
    options: WatchOptions,
    at: number | undefined
  ): Result.Result<Feed, KubernetesErrorReason> =>
    Result.gen(function*() {
      const { resourceVersion = "", sendInitialEvents } = options
      const wanted = resourceVersion === "" ? 0 : parseRevision(resourceVersion) ?? 0
      const fresh = sendInitialEvents ?? wanted === 0
      const from = fresh ? Math.min(at ?? Number.POSITIVE_INFINITY, objects.revision()) : wanted
      const initial = fresh ? yield* objectsAt(objects, served.resource, from, selection.namespace) : []
      const log = objects.log(served.resource)
      const position = log.positionAfter(from)
      const later = position === undefined ? undefined : log.read(position, Number.POSITIVE_INFINITY)
      if (later === undefined || from > objects.revision()) {
        return yield* Result.fail<KubernetesErrorReason>({ _tag: "Gone", message: "too old resource version" })
      }
      const feed = makeFeed(served, selection, options)
      const add = (event: WatchEvent<KubernetesObject>) => feed.queue.push({ order: nextOrder(), event })
      for (const object of initial) if (selection.matches(object)) add({ type: "ADDED", object })
      if (sendInitialEvents === true) add(bookmarkAt(served.kind, from, true))
      for (const entry of later) {
        const event = eventOf(entry, selection)
        if (event !== undefined) add(event)
      }
      return feed
    })

  let objects: ObjectStore | undefined
  let open: Server["open"] = () => Result.fail(notServed)
  const inner = Layer.effect(
    KubernetesClient,
    Effect.gen(function*() {
      const raw = withSteadyNames(yield* KubernetesClient)
      const embedded = yield* EmbeddedStore
      const served = yield* embedded.served
      const store = embedded.objects
      objects = store
      store.onChange((change: StagedChange) => {
        for (const feed of [...feeds, ...own]) {
          if (!feed.isOpen) {
            feeds.delete(feed)
            own.delete(feed)
          } else if (feed.end === undefined && feed.served.resource === change.resource) {
            const event = eventOf(change, feed.selection)
            if (event === undefined) continue
            if (feed.lost === undefined) feed.queue.push({ order: nextOrder(), event })
            else lose(feed)
            if (own.has(feed)) dispatcher.scheduleTask(handOver(feed), 0)
          }
        }
      })
      open = (kind, options, at) =>
        Result.gen(function*() {
          const found = served.find((each) => each.kind.group === kind.group && each.kind.plural === kind.plural)
          if (found === undefined) return yield* Result.fail(notServed)
          return yield* start(store, found, yield* parseSelection(found, options), options, at)
        })
      return KubernetesClient.of({
        ...raw,
        watch: <A extends KubernetesObject>(kind: Kind<A>, options: WatchOptions = {}) =>
          Stream.unwrap(Effect.suspend(() => {
            const opened = open(kind, options, undefined)
            if (Result.isFailure(opened)) {
              return Effect.fail(
                new KubernetesError({ operation: "watch", ref: kind.plural, reason: opened.failure })
              )
            }
            const feed = opened.success
            own.add(feed)
            return Effect.succeed(streamOf<A>(kind, feed, () => dispatcher.scheduleTask(handOver(feed), 0)))
          }))
      })
    })
  )

  const layer = Layer.mergeAll(Actors.layer, GarbageCollector.layer, Kubelet.layer({ nodeName: "node" })).pipe(
    Layer.provideMerge(layerTest(script)),
    Layer.provideMerge(inner),
    Layer.provideMerge(Layer.orDie(layerWith({
      persistence: Layer.succeed(Persistence, {
        load: Effect.succeed(contents ?? { revision: 0, objects: [] }),
        save: () => Effect.void
      })
    })))
  )
  const built = run(Layer.buildWithScope(layer, Scope.makeUnsafe()))
  if (built === undefined || Exit.isFailure(built) || objects === undefined) {
    throw new Error("expected a cluster in memory, found that it did not start")
  }
  const context = built.value
  const store = objects
  return {
    process,
    client: Context.get(context, KubernetesClient),
    objects: store,
    firstRevision: store.revision(),
    node: Context.get(context, Kubelet),
    claims: Context.get(context, ClaimBinder),
    script: Context.get(context, ScriptedNode),
    run,
    open: (kind, options, at) => {
      const opened = open(kind, options, at)
      if (Result.isSuccess(opened)) feeds.add(opened.success)
      return opened
    },
    bookmark: ({ served }) => bookmarkAt(served.kind, store.revision()),
    nextOrder
  }
}
