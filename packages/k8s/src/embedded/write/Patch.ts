/** Patches: the patched object goes the way of any update. */
import { Result } from "effect"
import type { ObjectRef, Patch } from "../../KubernetesClient.ts"
import type { KubernetesErrorReason } from "../../KubernetesError.ts"
import { mergePatch } from "../patch/MergePatch.ts"
import { badRequest, notFound } from "../Refusal.ts"
import { type Draft, isJsonObject, type StoredObject } from "../store/StoredObject.ts"
import type { Decided, WriteContext } from "./Decision.ts"
import { decideUpdate, type UpdateOptions } from "./Update.ts"

export const decidePatch = (context: WriteContext, ref: ObjectRef, patch: Patch, options: UpdateOptions): Decided => {
  const { served, store } = context
  const previous = store.get(served.resource, ref.namespace, ref.name)
  if (previous === undefined) return Result.fail(notFound(served.kind, ref.name))
  return Result.flatMap(
    patched(previous, patch),
    (draft) => decideUpdate(context, previous, draft, { ...options, patched: true })
  )
}

const patched = (previous: StoredObject, patch: Patch): Result.Result<Draft, KubernetesErrorReason> => {
  const result = mergePatch(previous, patch.body)
  return isDraft(result) ? Result.succeed(result) : Result.fail(badRequest("the patch does not leave an object"))
}

const isDraft = (value: unknown): value is Draft => isJsonObject(value) && isJsonObject(value["metadata"])
