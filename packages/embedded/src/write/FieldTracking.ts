/**
 * Keeps metadata.managedFields on ordinary writes. Writers that do not name themselves are recorded only on objects whose fields have
 * managers already; the first apply to an object without any accounts for what was there before.
 */
import { apiVersionOf } from "@orchestrator/k8s/Kinds"
import type { WriteOptions } from "@orchestrator/k8s/KubernetesClient"
import type { ManagedFieldsEntry } from "@orchestrator/k8s/Objects"
import type { StoredObject } from "../objects/StoredObject.ts"
import { diffFields } from "../patch/FieldDiff.ts"
import { afterUpdate, formatManagers, readManagers } from "../patch/Managers.ts"
import { objectShape } from "../patch/Shape.ts"
import type { WriteContext } from "./WritePlan.ts"

export interface Tracking extends WriteOptions {
  readonly subresource?: "status" | undefined
  readonly managedFields?: ReadonlyArray<ManagedFieldsEntry>
}

export const trackFields = (
  { now, served }: WriteContext,
  previous: StoredObject | undefined,
  object: StoredObject,
  { fieldManager, managedFields, subresource }: Tracking
): StoredObject => {
  if (managedFields !== undefined) return { ...object, metadata: { ...object.metadata, managedFields } }
  const { managedFields: _given, ...metadata } = object.metadata
  const before = previous?.metadata.managedFields
  if (before === undefined && fieldManager === undefined) {
    return object.metadata.managedFields === undefined ? object : { ...object, metadata }
  }
  const diff = diffFields(objectShape(served.schema), previous, object)
  if (diff.changed.size === 0 && diff.removed.size === 0) {
    return { ...object, metadata: before === undefined ? metadata : { ...metadata, managedFields: before } }
  }
  const updater = {
    name: fieldManager ?? "unknown",
    operation: "Update" as const,
    apiVersion: apiVersionOf(served.kind),
    subresource,
    time: now
  }
  const managers = afterUpdate(readManagers(before), updater, diff)
  return { ...object, metadata: { ...metadata, managedFields: formatManagers(managers) } }
}
