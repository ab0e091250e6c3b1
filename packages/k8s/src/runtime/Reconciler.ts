/**
 * Works through keys: one round decides from the stores and acts. A round that failed comes again after a back-off, or when the server
 * said so; one that has to look again later says when. Lost races and an API server that is away are no news.
 */
import { Clock, Duration, Effect, type Scope } from "effect"
import { hasReason, type KubernetesError } from "../KubernetesError.ts"
import { makeWorkQueue } from "./WorkQueue.ts"

export interface ReconcilerOptions<Key, R> {
  readonly idOf: (key: Key) => string
  /** Between a key's failures at most. Default five minutes. */
  readonly longestDelay?: Duration.Duration
  /** What its log lines say of a key. */
  readonly annotations: (key: Key) => Readonly<Record<string, string>>
  /** Answers with the time, in milliseconds since the epoch, at which the key has to be looked at again: at once, when it has passed. */
  readonly reconcile: (key: Key) => Effect.Effect<number | undefined, KubernetesError, R>
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
  { annotations, idOf, longestDelay, reconcile }: ReconcilerOptions<Key, R>
): Effect.fn.Return<Reconciler<Key, R>, never, Scope.Scope> {
  const queue = yield* makeWorkQueue(idOf, longestDelay)

  const settled = Effect.fnUntraced(function*(key: Key, wakeAt: number | undefined) {
    yield* queue.forget(key)
    if (wakeAt === undefined) return
    const millis = wakeAt - (yield* Clock.currentTimeMillis)
    yield* millis > 0 ? queue.addAfter(key, Duration.millis(millis)) : queue.add(key)
  })

  const failed = (key: Key, error: KubernetesError) => {
    const asked = "retryAfterSeconds" in error.reason ? error.reason.retryAfterSeconds : undefined
    return Effect.andThen(
      isQuiet(error)
        ? Effect.logDebug("conflict, or API server unavailable", error.message)
        : Effect.logWarning("cannot act on the cluster", error.message),
      asked === undefined ? queue.addFailed(key) : queue.addAfter(key, Duration.seconds(asked))
    )
  }

  const died = (key: Key, defect: unknown) =>
    Effect.logError("reconcile died", defect).pipe(Effect.andThen(queue.addFailed(key)))

  return {
    enqueue: queue.add,
    depth: queue.depth,
    process: queue.process((key) =>
      reconcile(key).pipe(
        Effect.flatMap((wakeAt) => settled(key, wakeAt)),
        Effect.catch((error) => failed(key, error)),
        Effect.catchDefect((defect) => died(key, defect)),
        Effect.annotateLogs(annotations(key))
      )
    )
  }
})
