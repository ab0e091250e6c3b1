/**
 * Works through keys: one round decides from the stores and acts. A round that failed comes again after a back-off, no sooner than the
 * server asked for; one that acted comes again at once, unless it does the same over and over; one that has to look again later says when.
 * Lost races and an API server that is away are no news.
 */
import { Cause, Clock, Duration, Effect, type Scope } from "effect"
import { hasReason, type KubernetesError, retryAfter } from "../KubernetesError.ts"
import { makeWorkQueue } from "./WorkQueue.ts"

/** What a round leaves to do. */
export interface Next {
  /** When the key has to be looked at again, in milliseconds since the epoch: at once, when that has passed. */
  readonly wakeAt?: number | undefined
  /** What the round did. */
  readonly acted?: string | undefined
  /** Whether after that the next can see no more than it did. */
  readonly isLast?: boolean
}

export interface ReconcilerOptions<Key, R> {
  readonly idOf: (key: Key) => string
  /** Under which its queue is measured. Absent: it is not. */
  readonly name?: string
  /** Between a key's failures at most. Default five minutes. */
  readonly longestDelay?: Duration.Duration
  /** What its log lines say of a key. */
  readonly annotations: (key: Key) => Readonly<Record<string, string>>
  readonly reconcile: (key: Key) => Effect.Effect<Next, KubernetesError, R>
}

export interface Reconciler<Key, R> {
  readonly enqueue: (key: Key) => Effect.Effect<void>
  /** Waits for a key and works on it. Never fails; run it as often at a time as there are to be workers. */
  readonly process: Effect.Effect<void, never, R>
  /** Keys in line, without those worked on. */
  readonly depth: Effect.Effect<number>
}

const isQuiet = hasReason("Conflict", "NotFound", "AlreadyExists", "Unreachable")

export const makeReconciler = Effect.fnUntraced(function*<Key, R>(
  { annotations, idOf, longestDelay, name, reconcile }: ReconcilerOptions<Key, R>
): Effect.fn.Return<Reconciler<Key, R>, never, Scope.Scope> {
  const queue = yield* makeWorkQueue(idOf, longestDelay, name)
  /** Of keys whose last round died, what it died of: the same is said once. */
  const deaths = new Map<string, string>()

  const clock = yield* Clock.Clock

  const lookAt = (key: Key, wakeAt: number | undefined) => {
    if (wakeAt === undefined) return Effect.void
    // What is slept are whole milliseconds: a part of one would be over before the time is there, again and again.
    const millis = Math.ceil(wakeAt - clock.currentTimeMillisUnsafe())
    return millis > 0 ? queue.addAfter(key, Duration.millis(millis)) : queue.add(key)
  }

  const settled = (key: Key, { acted, isLast, wakeAt }: Next) => {
    deaths.delete(idOf(key))
    queue.forget(key)
    if (acted === undefined) return lookAt(key, wakeAt)
    return Effect.flatMap(queue.addActed(key, acted, isLast), (added) => added ? Effect.void : lookAt(key, wakeAt))
  }

  const failed = (key: Key, error: KubernetesError) =>
    Effect.andThen(
      isQuiet(error)
        ? Effect.logDebug("conflict, or API server unavailable", error.message)
        : Effect.logWarning("reconcile failed", error.message),
      queue.addFailed(key, retryAfter(error))
    )

  const died = (key: Key, cause: Cause.Cause<never>) =>
    Effect.suspend(() => {
      const id = idOf(key)
      const what = Cause.pretty(cause)
      const isNews = deaths.get(id) !== what
      deaths.set(id, what)
      return Effect.andThen(
        isNews ? Effect.logError("reconcile crashed", cause) : Effect.logDebug("reconcile crashed again"),
        queue.addFailed(key)
      )
    })

  return {
    enqueue: queue.add,
    depth: queue.depth,
    process: queue.process((key) =>
      reconcile(key).pipe(
        Effect.flatMap((next) => settled(key, next)),
        Effect.catch((error) => failed(key, error)),
        Effect.catchCause((cause) => died(key, cause)),
        Effect.annotateLogs(annotations(key))
      )
    )
  }
})
