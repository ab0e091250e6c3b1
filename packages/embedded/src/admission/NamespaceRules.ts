/** Namespaces carry their name as a label and are kept by a finalizer until their content is gone. */
import type { StoredObject } from "../objects/StoredObject.ts"
import type { KindRules } from "./Rules.ts"

const initialize = (object: StoredObject): StoredObject => {
  const { metadata } = object
  return {
    ...object,
    metadata: { ...metadata, labels: { ...metadata.labels, "kubernetes.io/metadata.name": metadata.name } },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" }
  }
}

export const namespaceRules: KindRules = { initialize }
