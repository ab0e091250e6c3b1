/** CustomResourceDefinitions: their names are accepted and they are established at once. */
import type { FieldCause } from "@orchestrator/k8s/KubernetesError"
import type { CustomResourceDefinition } from "@orchestrator/k8s/Objects"
import { immutable, invalidValue, required } from "../objects/Causes.ts"
import { type Draft, isJsonObject, type StoredObject, viewAs } from "../objects/StoredObject.ts"
import type { KindRules } from "./Rules.ts"

const initialize = (object: StoredObject, now: string): StoredObject => {
  const { spec } = viewAs<CustomResourceDefinition>(object)
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: "True",
    lastTransitionTime: now,
    reason,
    message
  })
  return {
    ...object,
    status: {
      conditions: [
        condition("NamesAccepted", "NoConflicts", "no conflicts found"),
        condition("Established", "InitialNamesAccepted", "the initial names have been accepted")
      ],
      acceptedNames: spec?.names ?? {},
      storedVersions: storedVersions(spec)
    }
  }
}

const storedVersions = (spec: CustomResourceDefinition["spec"] | undefined): ReadonlyArray<string> =>
  (spec?.versions ?? []).filter(({ storage }) => storage).map(({ name }) => name)

/** singular, listKind and the conversion strategy follow from the rest. */
const complete = (draft: Draft): Draft => {
  const { spec } = draft
  const names = isJsonObject(spec) ? spec["names"] : undefined
  if (!isJsonObject(spec) || !isJsonObject(names) || typeof names["kind"] !== "string") return draft
  const derived = { singular: names["kind"].toLowerCase(), listKind: `${names["kind"]}List` }
  return { ...draft, spec: { conversion: { strategy: "None" }, ...spec, names: { ...derived, ...names } } }
}

const validate = (object: Draft): ReadonlyArray<FieldCause> => {
  const { metadata, spec } = viewAs<CustomResourceDefinition>(object)
  if (spec === undefined) return [required("spec")]
  const names = spec.names as Partial<typeof spec.names> | undefined
  const expected = `${names?.plural}.${spec.group}`
  const storing = (spec.versions ?? []).filter(({ storage }) => storage).length
  return [
    ...(spec.group === undefined || spec.group === "" ? [required("spec.group")] : []),
    ...(names?.plural === undefined ? [required("spec.names.plural")] : []),
    ...(names?.kind === undefined ? [required("spec.names.kind")] : []),
    ...(metadata.name === expected
      ? []
      : [invalidValue("metadata.name", metadata.name, "must be spec.names.plural+\".\"+spec.group")]),
    ...(spec.scope === "Namespaced" || spec.scope === "Cluster" ? [] : [required("spec.scope")]),
    ...(storing === 1
      ? []
      : [invalidValue("spec.versions", storing, "must have exactly one version marked as storage version")]),
    ...(spec.versions ?? []).flatMap(({ schema }, index) =>
      schema?.openAPIV3Schema === undefined
        ? [required(`spec.versions[${index}].schema.openAPIV3Schema`, "schemas are required")]
        : []
    )
  ]
}

const validateUpdate = (object: Draft, previous: StoredObject): ReadonlyArray<FieldCause> => {
  const now = viewAs<CustomResourceDefinition>(object).spec
  const before = viewAs<CustomResourceDefinition>(previous).spec
  return [
    ...(now.group === before.group ? [] : [immutable("spec.group", now.group)]),
    ...(now.scope === before.scope ? [] : [immutable("spec.scope", now.scope)]),
    ...(now.names.plural === before.names.plural ? [] : [immutable("spec.names.plural", now.names.plural)]),
    ...(now.names.kind === before.names.kind ? [] : [immutable("spec.names.kind", now.names.kind)])
  ]
}

export const definitionRules: KindRules = {
  conditionalUpdate: true,
  complete,
  initialize,
  validate,
  validateUpdate
}
