/** What a kind adds to the common life of an object: defaults, what the server sets, and what it refuses. */
import type { Result } from "effect"
import type { WriteOptions } from "../../KubernetesClient.ts"
import type { FieldCause, KubernetesErrorReason } from "../../KubernetesError.ts"
import type { Draft, StoredObject } from "../store/StoredObject.ts"

export interface KindRules {
  /** Updates must carry a resourceVersion. */
  readonly conditionalUpdate?: true
  /** Unknown fields dropped or, when validation is strict, refused. */
  readonly prune?: (
    draft: Draft,
    validation: WriteOptions["fieldValidation"]
  ) => Result.Result<Draft, KubernetesErrorReason>
  /** Defaults filled in. */
  readonly decode?: (draft: Draft) => Draft
  /** What the server itself sets on a new object, whose uid is known. */
  readonly initialize?: (object: StoredObject, now: string) => StoredObject
  /** What the server keeps from the stored object on an update of anything but status. */
  readonly carryOver?: (draft: Draft, previous: StoredObject) => Draft
  readonly validate?: (object: Draft) => ReadonlyArray<FieldCause>
  readonly validateUpdate?: (object: Draft, previous: StoredObject) => ReadonlyArray<FieldCause>
  readonly validateStatus?: (object: Draft, previous: StoredObject) => ReadonlyArray<FieldCause>
}
