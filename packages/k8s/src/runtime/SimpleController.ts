/** A controller without a leader: its sources keep the stores and say which keys changed, and one round at a time works on them. */
import { Duration, Effect, Latch } from "effect"
import type { Kind } from "../Kinds.ts"
import type { KubernetesClient, Selectors } from "../KubernetesClient.ts"
import type { KubernetesError } from "../KubernetesError.ts"
import type { KubernetesObject } from "../Objects.ts"
import { reflect } from "../Reflector.ts"
import type { Store } from "../Store.ts"
import { makeReconciler } from "./Reconciler.ts"

/** One kind that a controller watches. */
export interface Source {
  readonly follow: (
    enqueue: (key: string) => Effect.Effect<void>,
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
      project: (object) => object,
      onChange: (object) => {
        const [key, ...others] = keysOf(object)
        if (key === undefined) return Effect.void
        return others.length === 0 ? enqueue(key) : Effect.forEach([key, ...others], enqueue, { discard: true })
      },
      onSynced
    })
})

/** The key of a namespaced object. */
export const keyOf = ({ metadata }: KubernetesObject): string => `${metadata.namespace ?? ""}/${metadata.name ?? ""}`

export interface SimpleController<R> {
  readonly name: string
  readonly sources: ReadonlyArray<Source>
  /** Answers with the time, in milliseconds since the epoch, at which the key has to be looked at again. */
  readonly reconcile: (key: string) => Effect.Effect<number | undefined, KubernetesError, R>
}

/** Runs until interrupted. */
export const runController = Effect.fn("SimpleController.run")(function*<R>(
  { name, reconcile, sources }: SimpleController<R>
) {
  const { enqueue, process } = yield* makeReconciler({
    idOf: (key: string) => key,
    longestDelay: Duration.minutes(1),
    annotations: (key) => ({ controller: name, key }),
    reconcile: (key) => Effect.map(reconcile(key), (wakeAt) => ({ wakeAt }))
  })
  const synced = sources.map(() => Latch.makeUnsafe())
  yield* Effect.forEach(
    sources,
    (each, index) => Effect.forkScoped(each.follow(enqueue, Effect.sync(() => void synced[index]?.openUnsafe())))
  )
  yield* Effect.forEach(synced, (latch) => latch.await)
  return yield* Effect.forever(process)
}, Effect.scoped)
