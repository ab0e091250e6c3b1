/** Which objects of a kind a list or watch asks for. */
import { parseLabelSelector } from "@orchestrator/domain/LabelSelector"
import type { Selectors } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import { Result } from "effect"
import type { ServedKind } from "../kinds/ServedKinds.ts"
import { badRequest } from "../objects/Refusal.ts"
import type { StoredObject } from "../objects/StoredObject.ts"
import { parseFieldSelector } from "./FieldSelector.ts"

export interface Selection {
  readonly namespace: string | undefined
  /** Whether labels or fields are selected by. */
  readonly selective: boolean
  /** Namespace, labels and fields. */
  readonly matches: (object: StoredObject) => boolean
}

export const parseSelection = (
  served: ServedKind,
  { fieldSelector = "", labelSelector = "", namespace }: Selectors
): Result.Result<Selection, KubernetesErrorReason> =>
  Result.gen(function*() {
    const labels = yield* Result.mapError(parseLabelSelector(labelSelector), badRequest)
    const fields = yield* Result.mapError(parseFieldSelector(served, fieldSelector), badRequest)
    return {
      namespace: namespace === "" ? undefined : namespace,
      selective: labelSelector !== "" || fieldSelector !== "",
      matches: (object) =>
        (namespace === undefined || namespace === "" || object.metadata.namespace === namespace) &&
        (labelSelector === "" || labels(object.metadata.labels ?? {})) && fields(object)
    }
  })
