/**
 * Watches. A reader pulls from the history of its kind at its own pace. What leaves the selection is a deletion to the reader, with the
 * last selected state and the new revision; what enters it is an addition.
 */
import { apiVersionOf, type Kind } from "@orchestrator/k8s/Kinds"
import type { WatchEvent, WatchOptions } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { Cause, Clock, Effect, Stream } from "effect"
import type { ServedKind } from "../kinds/ServedKinds.ts"
import { badRequest, gone } from "../objects/Refusal.ts"
import type { StoredObject } from "../objects/StoredObject.ts"
import type { ObjectStore } from "../store/ObjectStore.ts"
import type { LogEntry, WatchLog } from "../store/WatchLog.ts"
import { parseRevision } from "./ListPages.ts"
import type { Selection } from "./Selection.ts"

type Events<A> = [WatchEvent<A>, ...Array<WatchEvent<A>>]

const batchSize = 256
const shortestTick = 1000

/** `told`: the form in which its events are asked for. */
export const watchStream = <A extends KubernetesObject>(
  store: ObjectStore,
  { kind, resource }: ServedKind,
  selection: Selection,
  options: WatchOptions,
  bookmarkSeconds: number,
  told: (event: WatchEvent<KubernetesObject>) => WatchEvent<A>
): Stream.Stream<WatchEvent<A>, KubernetesErrorReason> =>
  Stream.unwrap(Effect.gen(function*() {
    const log = store.log(resource)
    const start = yield* begin(store, log, kind, resource, selection, options)
    const started = yield* Clock.currentTimeMillis
    const end = options.timeoutSeconds === undefined || options.timeoutSeconds <= 0
      ? Number.POSITIVE_INFINITY
      : started + options.timeoutSeconds * 1000
    const every = options.allowWatchBookmarks === true ? bookmarkSeconds * 1000 : Number.POSITIVE_INFINITY
    let position = start.position
    let initial = start.initial
    let bookmark = started + every

    /** Wakes the reader that waits, if one does. */
    let wake: (() => void) | undefined
    const change = Effect.callback<void>((resume) => {
      const notify = () => {
        wake = undefined
        takeBack()
        resume(Effect.void)
      }
      const takeBack = log.onChange(notify)
      wake = notify
      return Effect.sync(() => {
        wake = undefined
        takeBack()
      })
    })

    const next: Effect.Effect<Events<A>, KubernetesErrorReason | Cause.Done> = Effect.suspend(() => {
      if (initial.length > 0) {
        const batch = initial.map(told)
        initial = []
        return Effect.succeed(batch as Events<A>)
      }
      const entries = log.read(position, batchSize)
      if (entries === undefined) return Effect.fail(gone(options.resourceVersion ?? "", store.revision()))
      position += entries.length
      const events: Array<WatchEvent<A>> = []
      for (const entry of entries) {
        const event = eventOf(entry, selection)
        if (event !== undefined) events.push(told(event))
      }
      if (events.length > 0) return Effect.succeed(events as Events<A>)
      return entries.length > 0 ? next : idle
    })
    const idle: Effect.Effect<Events<A>, KubernetesErrorReason | Cause.Done> = Effect.suspend(() => {
      if (Math.min(end, bookmark) === Number.POSITIVE_INFINITY) return Effect.andThen(change, next)
      return Effect.flatMap(Clock.currentTimeMillis, (now) => {
        if (now >= end) return Cause.done()
        if (now < bookmark) return Effect.andThen(change, next)
        bookmark = now + every
        return Effect.succeed<Events<A>>([told(bookmarkAt(kind, store.revision()))])
      })
    })
    // One timer for the whole watch, since a timer for every wait would cost more than the events. It only wakes; the reader judges.
    const ticking = Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      yield* Effect.sleep(Math.max(shortestTick, Math.min(end, bookmark) - now))
      wake?.()
    })
    if (Math.min(end, every) !== Number.POSITIVE_INFINITY) yield* Effect.forkScoped(Effect.forever(ticking))
    return Stream.fromPull(Effect.succeed(next))
  }))

interface Beginning {
  readonly position: number
  readonly initial: ReadonlyArray<WatchEvent<KubernetesObject>>
}

const begin = (
  store: ObjectStore,
  log: WatchLog,
  kind: Kind,
  resource: string,
  selection: Selection,
  options: WatchOptions
): Effect.Effect<Beginning, KubernetesErrorReason> =>
  Effect.suspend(() => {
    const { resourceVersion = "", sendInitialEvents } = options
    const wanted = resourceVersion === "" ? 0 : parseRevision(resourceVersion)
    if (wanted === undefined) return Effect.fail(badRequest(`Invalid resource version: ${resourceVersion}`))
    const current = store.revision()
    const synthetic = sendInitialEvents ?? wanted === 0
    if (!synthetic && wanted > current) return Effect.fail(gone(resourceVersion, current))
    const from = synthetic || wanted === 0 ? current : wanted
    const position = log.positionAfter(from)
    if (position === undefined) return Effect.fail(gone(resourceVersion, current))
    const objects = synthetic ? store.list(resource, selection.namespace).filter(selection.matches) : []
    return Effect.succeed({
      position,
      initial: [
        ...objects.map((object): WatchEvent<KubernetesObject> => ({ type: "ADDED", object })),
        ...(sendInitialEvents === true ? [bookmarkAt(kind, current, true)] : [])
      ]
    })
  })

/** What a change is to whoever selects so; nothing where it was and is not selected. */
export const eventOf = (
  { object, previous, type }: LogEntry,
  { matches }: Selection
): WatchEvent<KubernetesObject> | undefined => {
  const before = previous !== undefined && matches(previous)
  const after = type !== "DELETED" && matches(object)
  if (after) return { type: before ? "MODIFIED" : "ADDED", object }
  if (!before) return undefined
  return { type: "DELETED", object: type === "DELETED" ? object : atRevisionOf(previous, object) }
}

const atRevisionOf = (previous: StoredObject, { metadata: { resourceVersion } }: StoredObject): StoredObject => ({
  ...previous,
  metadata: { ...previous.metadata, resourceVersion }
})

export const bookmarkAt = (kind: Kind, revision: number, initialEnd = false): WatchEvent<KubernetesObject> => ({
  type: "BOOKMARK",
  object: {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: {
      resourceVersion: String(revision),
      ...(initialEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {})
    }
  }
})
