/** PersistentVolumeClaims: what they ask for is fixed, but for the size, which may grow, and the volume, which is chosen once. */
import type { FieldCause } from "@orchestrator/k8s/KubernetesError"
import type { PersistentVolumeClaim } from "@orchestrator/k8s/Objects"
import { forbiddenField, notSupported, required } from "../objects/Causes.ts"
import { equalJson } from "../objects/Share.ts"
import { type Draft, type StoredObject, viewAs } from "../objects/StoredObject.ts"
import type { KindRules } from "./Rules.ts"

const modes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]

/** On every claim, put there by the admission plugin StorageObjectInUseProtection. */
export const claimProtection = "kubernetes.io/pvc-protection"

const initialize = (object: StoredObject): StoredObject => {
  const { finalizers = [], ...metadata } = object.metadata
  const protectedBy = finalizers.includes(claimProtection) ? finalizers : [...finalizers, claimProtection]
  return { ...object, metadata: { ...metadata, finalizers: protectedBy }, status: { phase: "Pending" } }
}

const validate = (object: Draft): ReadonlyArray<FieldCause> => {
  const { accessModes = [], resources } = viewAs<PersistentVolumeClaim>(object).spec
  return [
    ...(accessModes.length === 0 ? [required("spec.accessModes", "at least 1 access mode is required")] : []),
    ...accessModes.filter((mode) => !modes.includes(mode)).map((mode) => notSupported("spec.accessModes", mode, modes)),
    ...(resources?.requests?.["storage"] === undefined ? [required("spec.resources[storage]")] : [])
  ]
}

const validateUpdate = (object: Draft, previous: StoredObject): ReadonlyArray<FieldCause> => {
  const { resources: _resources, volumeName: name, ...spec } = viewAs<PersistentVolumeClaim>(object).spec
  const { resources: _before, volumeName: nameBefore, ...specBefore } = viewAs<PersistentVolumeClaim>(previous).spec
  const same = equalJson(spec, specBefore) && (nameBefore === undefined || name === nameBefore)
  return same ? [] : [forbiddenField(
    "spec",
    "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
  )]
}

export const claimRules: KindRules = { initialize, validate, validateUpdate }
