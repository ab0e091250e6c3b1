/** Waits for an object to appear, or to become what is needed, by watching it: never by asking again and again. */
import type { Kind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { reflect } from "@orchestrator/k8s/Reflector"
import { makeStore } from "@orchestrator/k8s/Store"
import { Deferred, Effect, Result } from "effect"

export interface AwaitOptions<A extends KubernetesObject, B> {
  readonly kind: Kind<A>
  readonly name: string
  readonly namespace: string
  /** What is needed of the object, or in words what is missing; undefined: there is no such object. */
  readonly accept: (object: A | undefined) => Result.Result<B, string>
  /** Called with what is missing, each time that it is looked at in vain. */
  readonly onMissing: (what: string) => Effect.Effect<void>
}

/** Answers as soon as the object is accepted. */
export const awaitObject = Effect.fnUntraced(function*<A extends KubernetesObject, B>(options: AwaitOptions<A, B>) {
  const client = yield* KubernetesClient
  const { accept, kind, name, namespace, onMissing } = options
  const first = yield* client.get(kind, { name, namespace }).pipe(
    Effect.map((object): Result.Result<B, string> => accept(object)),
    Effect.catch((error: KubernetesError) =>
      Effect.succeed(hasReason("NotFound")(error) ? accept(undefined) : Result.fail(error.message))
    )
  )
  if (Result.isSuccess(first)) return first.success
  yield* onMissing(first.failure)
  return yield* watchFor(options)
})

const watchFor = Effect.fnUntraced(function*<A extends KubernetesObject, B>(options: AwaitOptions<A, B>) {
  const { accept, kind, name, namespace, onMissing } = options
  const found = yield* Deferred.make<B>()
  const look = (object: A | undefined) => {
    const answer = accept(object)
    return Result.isSuccess(answer) ? Deferred.succeed(found, answer.success) : onMissing(answer.failure)
  }
  const store = makeStore<A>()
  const following = reflect(kind, {
    namespace,
    fieldSelector: `metadata.name=${name}`,
    store,
    project: (object) => object,
    onChange: (object, change) => Effect.asVoid(look(change === "set" ? object : undefined)),
    // What need not be there may have been unreachable, not absent, when it was asked for.
    onSynced: Effect.suspend(() =>
      store.get({ name, namespace }) === undefined ? Effect.asVoid(look(undefined)) : Effect.void
    )
  })
  return yield* Effect.raceFirst(Deferred.await(found), following)
})
