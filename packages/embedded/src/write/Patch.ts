/** Patches: the patched object goes the way of any update. */
import type { ObjectRef, Patch } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import { Result } from "effect"
import type { ServedKind } from "../kinds/ServedKinds.ts"
import { badRequest, notFound, refused } from "../objects/Refusal.ts"
import { type Draft, isJsonObject, type StoredObject } from "../objects/StoredObject.ts"
import { jsonPatch } from "../patch/JsonPatch.ts"
import { mergePatch } from "../patch/MergePatch.ts"
import { objectShape } from "../patch/Shape.ts"
import { strategicPatch } from "../patch/StrategicPatch.ts"
import { decideApply } from "./Apply.ts"
import { decideUpdate, type UpdateOptions } from "./Update.ts"
import type { PlannedWrite, WriteContext } from "./WritePlan.ts"

type ChangePatch = Exclude<Patch, { readonly type: "apply" }>

export const decidePatch = (
  context: WriteContext,
  ref: ObjectRef,
  patch: Patch,
  options: UpdateOptions
): PlannedWrite => {
  if (patch.type === "apply") return decideApply(context, ref, patch, options)
  const { served, store } = context
  const previous = store.get(served.resource, ref.namespace, ref.name)
  if (previous === undefined) return Result.fail(notFound(served.kind, ref.name))
  return patched(served, previous, patch).pipe(
    Result.flatMap((value): Result.Result<Draft, KubernetesErrorReason> =>
      isDraft(value)
        ? Result.succeed(value)
        : Result.fail(badRequest("the patch does not leave an object with metadata"))
    ),
    Result.flatMap((draft) => decideUpdate(context, previous, draft, { ...options, patched: true }))
  )
}

const patched = (
  { definition, schema }: ServedKind,
  previous: StoredObject,
  patch: ChangePatch
): Result.Result<unknown, KubernetesErrorReason> => {
  switch (patch.type) {
    case "merge":
      return Result.succeed(mergePatch(previous, patch.body))
    case "json":
      return Result.mapError(jsonPatch(previous, patch.body), (problem): KubernetesErrorReason => ({
        _tag: "Invalid",
        message: `the server rejected our request due to an error in our request: ${problem}`,
        causes: []
      }))
    case "strategic":
      return definition === undefined
        ? Result.succeed(strategicPatch(objectShape(schema), previous, patch.body))
        : Result.fail(refused(
          415,
          "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
        ))
  }
}

const isDraft = (value: unknown): value is Draft => isJsonObject(value) && isJsonObject(value["metadata"])
