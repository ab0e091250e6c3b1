/**
 * What arrives on the wire, as an object of its kind: type and size checked, unknown fields dropped or refused, defaults filled in.
 * A built-in kind refuses a wrong type as unreadable, a custom one as invalid.
 */
import { apiVersionOf, type Kind } from "@orchestrator/k8s/Kinds"
import type { WriteOptions } from "@orchestrator/k8s/KubernetesClient"
import type { FieldCause, KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { Metadata } from "@orchestrator/k8s/Objects"
import { Result } from "effect"
import { metadataSchema } from "../kinds/Metadata.ts"
import type { ServedKind } from "../kinds/ServedKinds.ts"
import { badRequest, refused } from "../objects/Refusal.ts"
import { type Draft, isJsonObject, type JsonObject, type StoredObject, without } from "../objects/StoredObject.ts"
import { withDefaults } from "../schema/Defaults.ts"
import { pruneObject } from "../schema/Prune.ts"
import { schemaCauses } from "../schema/SchemaCauses.ts"
import { rulesOf } from "./RulesOf.ts"
import { jsonSize } from "./Size.ts"

export interface Decoded {
  readonly draft: Draft
  /** Why the draft is not valid by its schema. */
  readonly causes: ReadonlyArray<FieldCause>
}

const requestLimit = 3 * 1024 * 1024

export const decodeDraft = (
  served: ServedKind,
  input: Draft,
  validation: WriteOptions["fieldValidation"],
  previous?: StoredObject
): Result.Result<Decoded, KubernetesErrorReason> => {
  const { definition, kind, schema } = served
  return Result.gen(function*() {
    if (jsonSize(input) > requestLimit) {
      return yield* Result.fail(refused(413, `Request entity too large: limit is ${requestLimit}`))
    }
    const typed = yield* withType(kind, input)
    const metadata = yield* decodeMetadata(kind, typed.metadata, previous?.metadata)
    const fields = definition === undefined ? { value: typed, unknown: [] } : pruneObject(schema, typed)
    const unknown = [...metadata.unknown, ...fields.unknown]
    if (validation === "Strict" && unknown.length > 0) {
      const list = unknown.map((path) => `unknown field "${path}"`).join(", ")
      return yield* Result.fail(unreadable(kind, `strict decoding error: ${list}`))
    }
    const draft: Draft = withDefaults(schema, { ...fields.value, metadata: metadata.value })
    const causes = schemaCauses(schema, draft, "", previous)
    if (causes.length > 0) {
      const mistyped = causes.find(({ reason }) => reason === "FieldValueTypeInvalid")
      if (definition !== undefined || mistyped === undefined) return { draft, causes }
      return yield* Result.fail(unreadable(kind, `json: ${mistyped.field}: ${mistyped.message}`))
    }
    return { draft: rulesOf(served).complete?.(draft) ?? draft, causes }
  })
}

const unreadable = ({ kind, version }: Kind, why: string): KubernetesErrorReason =>
  badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`)

/** apiVersion and kind are filled in when absent, and refused when they are another kind's. */
const withType = (kind: Kind, draft: Draft): Result.Result<Draft, KubernetesErrorReason> => {
  const apiVersion = apiVersionOf(kind)
  const same = (draft.apiVersion ?? apiVersion) === apiVersion && (draft.kind ?? kind.kind) === kind.kind
  return same
    ? Result.succeed({ ...draft, apiVersion, kind: kind.kind })
    : Result.fail(badRequest(
      `the object provided is unrecognized: expected ${apiVersion}, Kind=${kind.kind}, found ${draft.apiVersion}, Kind=${draft.kind}`
    ))
}

const decodeMetadata = (kind: Kind, metadata: Metadata | undefined, previous: Metadata | undefined) => {
  const given: unknown = metadata ?? {}
  if (!isJsonObject(given)) return Result.fail(unreadable(kind, "json: metadata must be an object"))
  const { unknown, value } = pruneFields(given)
  const mistyped = schemaCauses(metadataSchema, value, "metadata", previous)[0]
  return mistyped === undefined
    ? Result.succeed({ value: withoutEmpty(value) as Metadata, unknown })
    : Result.fail(unreadable(kind, `json: ${mistyped.field}: ${mistyped.message}`))
}

const collections = ["labels", "annotations", "finalizers", "ownerReferences"]

/** The API server writes no empty maps and lists of metadata. */
const withoutEmpty = (metadata: JsonObject): JsonObject => {
  const empty = collections.filter((field) => {
    const value = metadata[field]
    return typeof value === "object" && value !== null && Object.keys(value).length === 0
  })
  return empty.length === 0 ? metadata : without(metadata, ...empty)
}

const pruneFields = (metadata: JsonObject) => {
  const known = metadataSchema.properties ?? {}
  const unknown = Object.keys(metadata).filter((key) => !Object.hasOwn(known, key))
  const value = unknown.length === 0
    ? metadata
    : Object.fromEntries(Object.entries(metadata).filter(([key]) => Object.hasOwn(known, key)))
  return { value, unknown: unknown.map((key) => `metadata.${key}`) }
}
