/** ObjectMeta, the same for all kinds. */
import { atomic, flag, listBy, listOf, record, setOf, text, textMap, whole } from "../Builders.ts"
import type { StructuralSchema } from "../StructuralSchema.ts"

const fields: Readonly<Record<string, StructuralSchema>> = {
  name: text,
  generateName: text,
  namespace: text,
  uid: text,
  resourceVersion: text,
  generation: whole,
  creationTimestamp: { ...text, nullable: true },
  deletionTimestamp: { ...text, nullable: true },
  deletionGracePeriodSeconds: { ...whole, nullable: true },
  selfLink: text,
  labels: textMap,
  annotations: textMap,
  finalizers: setOf(text),
  ownerReferences: listBy(
    ["uid"],
    atomic(record({ apiVersion: text, kind: text, name: text, uid: text, controller: flag, blockOwnerDeletion: flag }))
  ),
  managedFields: listOf(record({}))
}

export const metadataSchema: StructuralSchema = { type: "object", properties: fields }
