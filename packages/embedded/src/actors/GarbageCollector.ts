/**
 * Removes what nothing keeps: dependents of owners that are gone or going, and the content of ending namespaces. Every write carries
 * the version it was decided on; a lost race is looked at again.
 */
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { Effect, Layer } from "effect"
import { EmbeddedStore } from "../EmbeddedStore.ts"
import { type GarbageAction, planGarbage } from "../garbage/GarbagePlan.ts"

/** Works until there is nothing more to do; answers with the number of writes. */
export const collect: Effect.Effect<number, KubernetesError, KubernetesClient | EmbeddedStore> = Effect.gen(
  function*() {
    const { ownership } = yield* EmbeddedStore
    let writes = 0
    for (let uids = ownership.take(); uids.length > 0; uids = ownership.take()) {
      for (const uid of uids) {
        const target = ownership.find(uid)
        const actions = target === undefined ? [] : planGarbage(ownership, target)
        for (const action of actions) {
          yield* Effect.tapError(perform(action), () => Effect.sync(() => ownership.enqueue(uid)))
          writes++
        }
        if (actions.some(({ _tag }) => _tag === "Unlink")) ownership.enqueue(uid)
      }
    }
    return writes
  }
)

/** Collects in the background, whenever something changes that may leave garbage. */
export const layer: Layer.Layer<never, never, KubernetesClient | EmbeddedStore> = Layer.effectDiscard(
  Effect.gen(function*() {
    const { ownership } = yield* EmbeddedStore
    yield* Effect.andThen(ownership.pending, collect).pipe(
      Effect.catch((error) => Effect.andThen(Effect.logWarning(error.message), Effect.sleep("1 second"))),
      Effect.forever,
      Effect.forkScoped
    )
  })
)

/** Races are settled by whoever won them: what changed is looked at again, what is gone is no longer garbage. */
const perform = (action: GarbageAction): Effect.Effect<void, KubernetesError, KubernetesClient | EmbeddedStore> =>
  Effect.gen(function*() {
    const { ownership } = yield* EmbeddedStore
    const { uid } = action.target.object.metadata
    yield* write(action).pipe(
      Effect.catchIf(hasReason("Conflict"), () => Effect.sync(() => ownership.enqueue(uid))),
      Effect.catchIf(hasReason("NotFound"), () => Effect.void)
    )
  })

const write = (action: GarbageAction) =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const { kind, object: { metadata } } = action.target
    const { resourceVersion, uid } = metadata
    const patch = (body: object) => Effect.asVoid(client.patch(kind, metadata, { type: "merge", body }))
    switch (action._tag) {
      case "Delete":
        return yield* Effect.asVoid(
          client.delete(kind, metadata, { uid, resourceVersion, propagationPolicy: action.policy })
        )
      case "Unlink": {
        const left = (metadata.ownerReferences ?? []).filter((owner) => !action.owners.includes(owner.uid))
        return yield* patch({ metadata: { resourceVersion, uid, ownerReferences: left.length === 0 ? null : left } })
      }
      case "RemoveFinalizer": {
        const left = (metadata.finalizers ?? []).filter((finalizer) => finalizer !== action.finalizer)
        return yield* patch({ metadata: { resourceVersion, uid, finalizers: left.length === 0 ? null : left } })
      }
      case "Finalize":
        return yield* patch({ metadata: { resourceVersion, uid }, spec: { finalizers: null } })
    }
  })
