/**
 * The loop that every actor shares: stores kept by reflectors, keys that changed, one reconcile at a time, and a timer per key on the
 * Clock. A reconcile decides from the stores; a failed one is tried again with back-off, and lost races are settled by the event that
 * they announce.
 */
import type { Kind } from "@orchestrator/k8s/Kinds"
import type { KubernetesClient, Selectors } from "@orchestrator/k8s/KubernetesClient"
import { hasReason, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { reflect } from "@orchestrator/k8s/Reflector"
import type { Store } from "@orchestrator/k8s/Store"
import { Clock, Duration, Effect, FiberMap, Latch, Queue } from "effect"

/** One kind that an actor watches. */
export interface Source {
  readonly follow: (
    enqueue: (key: string) => void,
    onSynced: Effect.Effect<void>
  ) => Effect.Effect<void, never, KubernetesClient>
}

/** Keeps the store and wakes the keys that an object concerns. */
export const source = <A extends KubernetesObject>(
  kind: Kind<A>,
  store: Store<A>,
  keysOf: (object: A) => ReadonlyArray<string>,
  selectors: Selectors = {}
): Source => ({
  follow: (enqueue, onSynced) =>
    reflect(kind, {
      ...selectors,
      store,
      prune: (object) => object,
      onChange: (object) => Effect.sync(() => keysOf(object).forEach(enqueue)),
      onSynced
    })
})

/** The key of a namespaced object. */
export const keyOf = ({ metadata }: KubernetesObject): string => `${metadata.namespace ?? ""}/${metadata.name ?? ""}`

export interface Actor<R> {
  readonly name: string
  readonly sources: ReadonlyArray<Source>
  /** Answers with the time, in milliseconds since the epoch, at which the key has to be looked at again. */
  readonly reconcile: (key: string) => Effect.Effect<number | undefined, KubernetesError, R>
}

const firstBackOff = 100
const lastBackOff = 60_000

const settledByAnEvent = hasReason("Conflict", "NotFound", "AlreadyExists")

/** Runs until interrupted. */
export const runActor = Effect.fn("Actor.run")(function*<R>({ name, reconcile, sources }: Actor<R>) {
  const queue = yield* Queue.unbounded<string>()
  const queued = new Set<string>()
  const failures = new Map<string, number>()
  const timers = yield* FiberMap.make<string>()

  const enqueue = (key: string) => {
    if (queued.has(key)) return
    queued.add(key)
    Queue.offerUnsafe(queue, key)
  }

  const wakeIn = (key: string, millis: number) =>
    FiberMap.run(
      timers,
      key,
      Effect.andThen(Effect.sleep(Duration.millis(Math.max(0, millis))), Effect.sync(() => enqueue(key)))
    )

  const backOff = Effect.fnUntraced(function*(key: string) {
    const count = failures.get(key) ?? 0
    failures.set(key, count + 1)
    yield* wakeIn(key, Math.min(lastBackOff, firstBackOff * 2 ** Math.min(count, 12)))
  })

  const recover = (key: string, error: KubernetesError) =>
    (settledByAnEvent(error) ? Effect.logDebug(error.message) : Effect.logWarning(error.message)).pipe(
      Effect.annotateLogs({ actor: name, key }),
      Effect.andThen(backOff(key))
    )

  const settle = Effect.fnUntraced(function*(key: string, wakeAt: number | undefined) {
    failures.delete(key)
    if (wakeAt === undefined) yield* FiberMap.remove(timers, key)
    else yield* wakeIn(key, wakeAt - (yield* Clock.currentTimeMillis))
  })

  const step = Effect.gen(function*() {
    const key = yield* Queue.take(queue)
    queued.delete(key)
    yield* reconcile(key).pipe(
      Effect.flatMap((wakeAt) => settle(key, wakeAt)),
      Effect.catch((error) => recover(key, error)),
      Effect.catchDefect((defect) =>
        Effect.andThen(
          Effect.logError("reconcile died").pipe(Effect.annotateLogs({ actor: name, key, defect: String(defect) })),
          backOff(key)
        )
      )
    )
  })

  const synced = sources.map(() => Latch.makeUnsafe())
  yield* Effect.forEach(sources, (each, index) => Effect.forkScoped(each.follow(enqueue, open(synced[index]))))
  yield* Effect.forEach(synced, (latch) => latch.await)
  return yield* Effect.forever(step)
}, Effect.scoped)

const open = (latch: Latch.Latch | undefined): Effect.Effect<void> => Effect.sync(() => void latch?.openUnsafe())
