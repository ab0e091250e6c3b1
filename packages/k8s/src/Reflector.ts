/**
 * Keeps a Store equal to what the API server has: a watch that begins with what there is, or where the server has no such watches a list
 * in pages and a watch from there; resume after every end, begin again when the history is gone. Never fails; trouble is waited out with
 * back-off and jitter, or for as long as the server asks.
 */
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import { Duration, Effect, Latch, Metric, Random, Ref, Result, Stream } from "effect"
import { checkedEvent, checkedPage, identityIn, keyIn, makeIntake, survived, versionIn } from "./Intake.ts"
import type { Kind } from "./Kinds.ts"
import { KubernetesClient, type Selectors, type WatchEvent, type WatchOptions } from "./KubernetesClient.ts"
import { hasReason, isRetryable, type KubernetesError, retryAfter } from "./KubernetesError.ts"
import { watchRestarts } from "./Metrics.ts"
import type { KubernetesObject, ObjectList } from "./Objects.ts"
import { type Store, storeKey } from "./Store.ts"

/** What became of an object. */
export type Change = "set" | "removed"

export interface ReflectorOptions<A extends KubernetesObject, Kept> extends Selectors {
  readonly store: Store<Kept>
  /** What is kept of an object, worked out when it arrives; `before` is what the store has of this name, to take over what has not changed. */
  readonly project: (object: A, before?: Kept) => Kept
  /**
   * Called after the store has changed, with what is kept of the object (for a removal: of its last state), and when an event said so, what
   * the store had before: for the echo of a write of ours that is the same version; and the whole object that the event brought.
   */
  readonly onChange: (kept: Kept, change: Change, before?: Kept, object?: A) => Effect.Effect<void>
  /** Called once, when the first list is complete. */
  readonly onSynced: Effect.Effect<void>
  /** Called each time that a list has taken the place of everything, after what it changed. */
  readonly onListed?: Effect.Effect<void>
  /** Called when the kind cannot be followed for now, with why, and with nothing when it can again. */
  readonly onTrouble?: (problem: string | undefined) => Effect.Effect<void>
  /** Whether the echo of a write of ours comes without its object. What the store has of it is then handed on. */
  readonly skipsKnown?: boolean
  /** Whether `project` takes what never changes in an object over from `before`: it is then not sent again. */
  readonly readsFixedOnce?: boolean
  /** How long the server keeps a watch open. Default 120. */
  readonly watchSeconds?: number | undefined
}

const pageSize = 500
/** So many objects of a list are packed once they were looked at; the others as they come, so that never all are there. */
const mostAsTheyCome = 12_000
const defaultWatchSeconds = 120
/** A stream that a read has overtaken has so long to catch up. */
const longestBehind = Duration.seconds(5)
/** A watch that ends sooner than this counts as trouble. */
const shortestWatchMillis = 5000
/** A watch that has not sent by then what there is will not, unless in that time it sent more than changes alone would be. */
const longestBeginning = Duration.minutes(1)
const fewestEvents = 500
/** On the bookmark after the last of what there is. */
const initialEventsEnd = "k8s.io/initial-events-end"
/** Failures in a row that are not logged as warnings. */
const quietFailures = 3

/** Runs for ever. */
export const reflect = Effect.fn("Reflector.reflect")(function*<A extends KubernetesObject, Kept>(
  kind: Kind<A>,
  options: ReflectorOptions<A, Kept>
) {
  const client = yield* KubernetesClient
  const { onListed = Effect.void, onSynced, onTrouble = () => Effect.void, project, store } = options
  const { admit } = makeIntake(kind, project)
  const admitted = (object: A, before: Kept | undefined): Effect.Effect<Kept | undefined> => {
    const result = admit(object, before)
    return Result.isSuccess(result) ? Effect.succeed(result.success) : Effect.as(result.failure, undefined)
  }
  const onChange = (kept: Kept, change: Change, before?: Kept, object?: A) =>
    survived(kind, () => options.onChange(kept, change, before, object))
  const selectors: Selectors = {
    namespace: options.namespace,
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector
  }
  const failures = yield* Ref.make(0)
  const synced = yield* Ref.make(false)
  let streams = true

  const fill = Effect.fnUntraced(function*(items: ReadonlyArray<Kept>, revision: string) {
    const gone = store.reset(items, revision)
    yield* Effect.forEach(gone, (object) => onChange(object, "removed"), { discard: true })
    yield* Effect.forEach(items, (object) => onChange(object, "set"), { discard: true })
    if (!(yield* Ref.getAndSet(synced, true))) yield* onSynced
    yield* onListed
  })

  const list = Effect.gen(function*() {
    const items: Array<Kept> = []
    let token: string | undefined
    let revision = ""
    let limit = pageSize
    do {
      const page: ObjectList<A> = yield* Effect.flatMap(
        client.list(kind, { ...selectors, limit, continue: token }),
        (page) => Effect.fromResult(checkedPage(kind, page))
      )
      for (const item of page.items) {
        const before = store.get(keyIn(item))
        const kept = (yield* admitted(item, before)) ?? before
        if (kept !== undefined) items.push(items.length < mostAsTheyCome ? kept : store.pack(kept))
      }
      token = page.metadata.continue === "" ? undefined : page.metadata.continue
      revision = page.metadata.resourceVersion
      // A page that came with fewer was too large: the next one is likely to be, too.
      limit = Math.min(pageSize, Math.max(1, 2 * page.items.length))
    } while (token !== undefined)
    yield* fill(items, revision)
  })

  /** Nearly all events are taken at once: an effect for each step would cost more than the steps. */
  const take = (event: WatchEvent<A>): Effect.Effect<void, KubernetesError> => {
    if (event.type === "BOOKMARK") {
      store.advance(versionIn(event.object))
      return Effect.void
    }
    // What the store knew when the event came may be gone by now.
    return event.whole === undefined || store.knows(identityIn(event.object))
      ? takeObject(event, event.object)
      : Effect.flatMap(event.whole, (object) => takeObject(event, object))
  }

  const takeObject = ({ known, type }: WatchEvent<A>, object: A): Effect.Effect<void> => {
    const before = store.get(keyIn(object))
    if (known === true) {
      store.advance(versionIn(object))
      return before === undefined ? Effect.void : onChange(before, "set", before, object)
    }
    const result = admit(object, before)
    if (Result.isFailure(result)) return Effect.andThen(result.failure, takeUnreadable(type, object, before))
    const kept = result.success
    if (type === "DELETED") store.remove(kept)
    else store.put(kept)
    return onChange(kept, type === "DELETED" ? "removed" : "set", before, object)
  }

  const takeUnreadable = (type: WatchEvent<A>["type"], object: A, before: Kept | undefined) =>
    Effect.suspend(() => {
      if (type !== "DELETED") store.advance(versionIn(object))
      else if (before !== undefined) {
        store.remove(before)
        return onChange(before, "removed", before)
      }
      return Effect.void
    })

  /** Only a watch that lasted resets the failure count: a list, or an event before the end, proves nothing. */
  const pause = Effect.fnUntraced(function*(atLeast: Duration.Duration) {
    const count = yield* Ref.getAndUpdate(failures, (n) => n + 1)
    const jitter = yield* Random.next
    const backOff = Duration.millis(Math.min(30_000, 200 * 2 ** Math.min(count, 8)) * (0.5 + jitter / 2))
    yield* Effect.sleep(Duration.max(backOff, atLeast))
  })

  let logged = false

  const restarts = (cause: "ended" | "expired" | "failed") =>
    Metric.update(watchRestarts.of({ kind: kind.plural, cause }), 1)

  const works = Effect.suspend(() => {
    if (!logged) return Effect.void
    logged = false
    return Effect.andThen(
      Effect.annotateLogs(Effect.logInfo("list and watch recovered"), { kind: kind.kind }),
      onTrouble(undefined)
    )
  })

  /** Said once until it works again; that nobody answers is the client's to say. */
  const wait = Effect.fnUntraced(function*(error: KubernetesError) {
    const passing = hasReason("Unreachable")(error) ||
      (isRetryable(error) && (yield* Ref.get(failures)) < quietFailures)
    yield* Effect.logWithLevel(logged || passing ? "Debug" : "Warn")("list or watch interrupted").pipe(
      Effect.annotateLogs({ kind: kind.kind, error: error.message })
    )
    logged ||= !passing
    if (logged) yield* onTrouble(error.reason.message)
    yield* restarts("failed")
    yield* pause(retryAfter(error))
  })

  /** Until the server ends it. What comes too soon to an end is followed by a pause. */
  const follow = Effect.fnUntraced(function*(
    from: Pick<WatchOptions, "resourceVersion" | "sendInitialEvents">,
    on: (event: WatchEvent<A>) => Effect.Effect<unknown, KubernetesError>
  ) {
    const started = yield* monotonicMillis
    const lasted = Effect.map(monotonicMillis, (now) => now - started >= shortestWatchMillis)
    const breathe = Effect.flatMap(lasted, (long) => long ? Effect.void : pause(Duration.zero))
    const lasts = Effect.sleep(shortestWatchMillis).pipe(
      Effect.andThen(Ref.set(failures, 0)),
      Effect.andThen(works),
      Effect.andThen(Effect.never)
    )
    /** Late is not broken: most catch up, and a silent one is not waited for. */
    const behind = Effect.gen(function*() {
      while (true) {
        yield* store.isBehind.await
        const at = store.revision()
        yield* Effect.sleep(longestBehind)
        if (Latch.isOpen(store.isBehind) && store.revision() === at) break
      }
      // What was read may be nothing that the stream is told of: one renewal for a read.
      yield* store.isBehind.close
    })
    yield* client.watch(kind, {
      ...selectors,
      ...from,
      allowWatchBookmarks: true,
      timeoutSeconds: options.watchSeconds ?? defaultWatchSeconds,
      ...(options.skipsKnown === true ? { isKnown: store.has } : {}),
      ...(options.readsFixedOnce === true ? { isRead: store.knows } : {})
    }).pipe(
      Stream.runForEach((event) => {
        const checked = checkedEvent(kind, event)
        return Result.isSuccess(checked) ? on(checked.success) : Effect.fail(checked.failure)
      }),
      Effect.raceFirst(lasts),
      Effect.raceFirst(behind),
      Effect.tapError((error) => hasReason("Gone")(error) ? Effect.andThen(restarts("expired"), breathe) : Effect.void)
    )
    yield* restarts("ended")
    yield* breathe
  })

  const taken = (event: WatchEvent<A>) => logged ? Effect.andThen(take(event), works) : take(event)

  const watch = Effect.suspend(() => follow({ resourceVersion: store.revision() }, taken))

  /** What there is comes as events, up to a bookmark that says so; what follows it are changes. */
  const stream = Effect.gen(function*() {
    let gathered: Map<string, Kept> | undefined = new Map()
    const gather = (event: WatchEvent<A>) => {
      if (gathered === undefined) return taken(event)
      if (event.type === "BOOKMARK") {
        if (event.object?.metadata?.annotations?.[initialEventsEnd] !== "true") return Effect.void
        const items = [...gathered.values()]
        gathered = undefined
        return fill(items, versionIn(event.object))
      }
      return note(gathered, event)
    }
    const note = Effect.fnUntraced(function*(gathered: Map<string, Kept>, { known, type, ...event }: WatchEvent<A>) {
      const object = event.whole === undefined ? event.object : yield* event.whole
      const key = storeKey(keyIn(object))
      const before = gathered.get(key) ?? store.get(keyIn(object))
      const isGone = type === "DELETED"
      const kept = isGone ? undefined : known === true ? before : (yield* admitted(object, before)) ?? before
      if (kept === undefined) gathered.delete(key)
      else gathered.set(key, gathered.size < mostAsTheyCome ? kept : store.pack(kept))
    })
    const overdue = (seen: number): Effect.Effect<void> =>
      Effect.andThen(
        Effect.sleep(longestBeginning),
        Effect.suspend(() => {
          if (gathered === undefined) return Effect.never
          const now = gathered.size
          return now - seen < fewestEvents ? Effect.void : overdue(now)
        })
      )
    yield* follow({ sendInitialEvents: true }, gather).pipe(
      Effect.catchIf((error) => gathered === undefined && !hasReason("Gone")(error), wait),
      Effect.raceFirst(overdue(0))
    )
    if (gathered === undefined) return
    // What it sent would take as much room again beside the list.
    gathered = undefined
    return yield* noStream
  })

  const noStream = Effect.suspend(() => {
    streams = false
    return list
  })

  const begin = Effect.suspend(() =>
    streams ? Effect.catchIf(stream, hasReason("Invalid", "BadRequest", "Malformed"), () => noStream) : list
  )

  /** Past an event that is none leads only a list. */
  const watchOn: Effect.Effect<void> = watch.pipe(
    Effect.catchIf((error) => !hasReason("Gone", "Malformed")(error), wait),
    Effect.forever,
    Effect.catchIf(hasReason("Malformed"), wait),
    Effect.ignore
  )
  return yield* begin.pipe(
    Effect.andThen(watchOn),
    Effect.catch(wait),
    Effect.forever
  )
})
