/** What a kind adds to its schema and to the common life of an object. The rules see only objects that fit the schema. */
import type { FieldCause } from "@orchestrator/k8s/KubernetesError"
import type { Draft, StoredObject } from "../objects/StoredObject.ts"

export interface KindRules {
  /** Updates must carry a resourceVersion. */
  readonly conditionalUpdate?: true
  /** Defaults that a schema cannot say. */
  readonly complete?: (draft: Draft) => Draft
  /** What the server itself sets on a new object, whose uid is known. */
  readonly initialize?: (object: StoredObject, now: string) => StoredObject
  /** Of what is as it was in the previous version nothing has to be said: it was valid. */
  readonly validate?: (object: Draft, previous?: StoredObject) => ReadonlyArray<FieldCause>
  readonly validateUpdate?: (object: Draft, previous: StoredObject) => ReadonlyArray<FieldCause>
  readonly validateStatus?: (object: Draft, previous: StoredObject) => ReadonlyArray<FieldCause>
}
