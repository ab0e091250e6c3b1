/**
 * A client whose answers are held to what was asked: an object of that name, of the shape of its kind. Anything else is Malformed, like an
 * answer that is no JSON, and never gets into a store. Lists and watches are checked where they are followed, an object at a time.
 */
import { Effect } from "effect"
import { keyIn, problemIn } from "./Intake.ts"
import type { Kind } from "./Kinds.ts"
import { describeRef, KubernetesClient } from "./KubernetesClient.ts"
import { KubernetesError } from "./KubernetesError.ts"
import type { KubernetesObject } from "./Objects.ts"
import type { StoreKey } from "./Store.ts"

const problemOf = (kind: Kind, asked: StoreKey, answer: unknown): string | undefined => {
  const problem = problemIn(kind, answer)
  if (problem !== undefined) return problem
  const { name, namespace } = keyIn(answer)
  return name === asked.name && namespace === asked.namespace
    ? undefined
    : `expected ${asked.namespace ?? ""}/${asked.name}, found ${namespace ?? ""}/${name}`
}

export const checkedClient: Effect.Effect<KubernetesClient["Service"], never, KubernetesClient> = Effect.map(
  KubernetesClient,
  (client) => {
    const checked = <A extends KubernetesObject>(
      operation: string,
      kind: Kind<A>,
      ref: { readonly name?: string | undefined; readonly namespace?: string | undefined },
      answer: Effect.Effect<A, KubernetesError>
    ) =>
      Effect.flatMap(answer, (object) => {
        const problem = problemOf(kind, { name: ref.name ?? "", namespace: ref.namespace }, object)
        return problem === undefined ? Effect.succeed(object) : new KubernetesError({
          operation,
          ref: describeRef(kind, ref),
          reason: { _tag: "Malformed", message: `the answer is no such object: ${problem}` }
        })
      })
    return KubernetesClient.of({
      ...client,
      get: (kind, ref) => checked("get", kind, ref, client.get(kind, ref)),
      create: (kind, object, options) => checked("create", kind, object.metadata, client.create(kind, object, options)),
      replace: (kind, object, options) =>
        checked("replace", kind, object.metadata, client.replace(kind, object, options)),
      replaceStatus: (kind, object, options) =>
        checked("replaceStatus", kind, object.metadata, client.replaceStatus(kind, object, options)),
      patch: (kind, ref, patch, options) => checked("patch", kind, ref, client.patch(kind, ref, patch, options))
    })
  }
)
