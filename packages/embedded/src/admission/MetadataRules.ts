/** What the API server demands of every object's metadata. */
import {
  isDnsLabel,
  isLabelValue,
  isSubdomain,
  labelText,
  labelValueText,
  qualifiedNameProblem,
  subdomainText
} from "@orchestrator/domain/QualifiedName"
import type { Kind } from "@orchestrator/k8s/Kinds"
import type { FieldCause } from "@orchestrator/k8s/KubernetesError"
import type { Metadata } from "@orchestrator/k8s/Objects"
import { forbiddenField, invalidValue, required, tooLong } from "../objects/Causes.ts"
import type { StoredObject } from "../objects/StoredObject.ts"

const annotationLimit = 256 * 1024

/** Why the name is not one of the kind; namespaces are DNS labels, everything else DNS subdomains. */
const nameCauses = (kind: Kind, name: string | undefined): ReadonlyArray<FieldCause> => {
  const field = "metadata.name"
  if (name === undefined || name === "") return [required(field, "name or generateName is required")]
  const most = kind.kind === "Namespace" ? 63 : 253
  if (name.length > most) return [invalidValue(field, name, `must be no more than ${most} bytes`)]
  if (kind.kind === "Namespace") return isDnsLabel(name) ? [] : [invalidValue(field, name, labelText)]
  return isSubdomain(name) ? [] : [invalidValue(field, name, subdomainText)]
}

const mapCauses = (field: string, value: unknown): ReadonlyArray<FieldCause> =>
  Object.entries((value ?? {}) as Readonly<Record<string, unknown>>)
    .filter(([, text]) => typeof text !== "string")
    .map(([key, text]) => invalidValue(`${field}.${key}`, text, "must be a string"))

const labelCauses = ({ labels }: Metadata): ReadonlyArray<FieldCause> =>
  Object.entries(labels ?? {}).flatMap(([key, value]) => {
    const problem = qualifiedNameProblem(key)
    return [
      ...(problem === undefined ? [] : [invalidValue("metadata.labels", key, problem)]),
      ...(typeof value === "string" && !isLabelValue(value)
        ? [invalidValue("metadata.labels", value, value.length > 63 ? "must be no more than 63 bytes" : labelValueText)]
        : [])
    ]
  })

const annotationCauses = ({ annotations }: Metadata): ReadonlyArray<FieldCause> => {
  const entries = Object.entries(annotations ?? {})
  const size = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(value)), 0)
  return [
    ...entries.flatMap(([key]) => {
      const problem = qualifiedNameProblem(key.toLowerCase())
      return problem === undefined ? [] : [invalidValue("metadata.annotations", key, problem)]
    }),
    ...(size > annotationLimit ? [tooLong("metadata.annotations", annotationLimit)] : [])
  ]
}

const ownerCauses = ({ ownerReferences = [] }: Metadata): ReadonlyArray<FieldCause> => [
  ...ownerReferences.flatMap((owner, index) =>
    (["apiVersion", "kind", "name", "uid"] as const)
      .filter((key) => owner[key] === undefined || owner[key] === "")
      .map((key) => invalidValue(`metadata.ownerReferences[${index}].${key}`, "", `${key} must not be empty`))
  ),
  ...(ownerReferences.filter(({ controller }) => controller === true).length > 1
    ? [invalidValue("metadata.ownerReferences", "", "Only one reference can have Controller set to true")]
    : [])
]

const finalizerCauses = ({ finalizers = [] }: Metadata): ReadonlyArray<FieldCause> =>
  finalizers.flatMap((finalizer) => {
    const problem = qualifiedNameProblem(finalizer)
    return problem === undefined ? [] : [invalidValue("metadata.finalizers", finalizer, problem)]
  })

const none: Metadata = {}

/** Of what is as it was in the previous version nothing has to be said: it was valid. */
export const metadataCauses = (kind: Kind, metadata: Metadata, before = none): ReadonlyArray<FieldCause> => [
  ...(metadata.name !== undefined && metadata.name === before.name ? [] : nameCauses(kind, metadata.name)),
  ...(metadata.labels === before.labels ? [] : [
    ...mapCauses("metadata.labels", metadata.labels),
    ...labelCauses(metadata)
  ]),
  ...(metadata.annotations === before.annotations ? [] : [
    ...mapCauses("metadata.annotations", metadata.annotations),
    ...annotationCauses(metadata)
  ]),
  ...(metadata.ownerReferences === before.ownerReferences ? [] : ownerCauses(metadata)),
  ...(metadata.finalizers === before.finalizers ? [] : finalizerCauses(metadata))
]

/** What an update may not do to metadata. */
export const metadataUpdateCauses = (metadata: Metadata, previous: StoredObject): ReadonlyArray<FieldCause> => {
  const before = previous.metadata
  const added = (metadata.finalizers ?? []).filter((finalizer) => before.finalizers?.includes(finalizer) !== true)
  return [
    ...(before.deletionTimestamp !== undefined && added.length > 0
      ? [forbiddenField(
        "metadata.finalizers",
        `no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`
      )]
      : [])
  ]
}
