/** Updates of a whole object or of its status, whether they arrive as an object or as a patch. */
import type { WriteOptions } from "@orchestrator/k8s/KubernetesClient"
import type { FieldCause, KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { ManagedFieldsEntry, Metadata } from "@orchestrator/k8s/Objects"
import { Result } from "effect"
import { decodeDraft } from "../admission/Decode.ts"
import { metadataCauses, metadataUpdateCauses } from "../admission/MetadataRules.ts"
import type { KindRules } from "../admission/Rules.ts"
import { rulesOf } from "../admission/RulesOf.ts"
import { immutable, invalidValue } from "../objects/Causes.ts"
import { badRequest, invalid, modified, preconditionFailed } from "../objects/Refusal.ts"
import { equalJson, share } from "../objects/Share.ts"
import { type Draft, isJsonObject, type JsonObject, type StoredObject, without } from "../objects/StoredObject.ts"
import { trackFields } from "./FieldTracking.ts"
import type { PlannedWrite, WriteContext } from "./WritePlan.ts"

export interface UpdateOptions extends WriteOptions {
  readonly subresource?: "status" | undefined
  /** A patch was computed from the stored object: the resourceVersion in it is no precondition unless the patch named one. */
  readonly patched?: boolean
  /** What an apply has computed; otherwise the update itself is recorded. */
  readonly managedFields?: ReadonlyArray<ManagedFieldsEntry>
}

export const decideUpdate = (
  context: WriteContext,
  previous: StoredObject,
  input: Draft,
  options: UpdateOptions
): PlannedWrite => {
  const { served: { kind } } = context
  const rules = rulesOf(context.served)
  const { name } = previous.metadata
  return Result.gen(function*() {
    const ofStatus = options.subresource === "status"
    yield* samePlace(previous, input)
    const given = ofStatus && context.served.definition !== undefined ? statusOnly(previous, input) : input
    const { causes: misfits, draft } = yield* Result.mapError(
      decodeDraft(context.served, given, options.fieldValidation, previous),
      (reason) => options.patched === true ? ofPatch(reason) : reason
    )
    yield* preconditions(context, previous, draft.metadata, options)
    const merged = ofStatus ? withStatusOf(previous, draft) : withSpecOf(context, previous, draft)
    const causes = [
      ...metadataUpdateCauses(draft.metadata, previous),
      ...(ofStatus ? [] : metadataCauses(kind, { ...draft.metadata, name }, previous.metadata)),
      ...(misfits.length > 0 ? misfits : ruleCauses(rules, merged, previous, ofStatus))
    ]
    if (causes.length > 0) return yield* Result.fail(invalid(kind, name, causes))
    return settled(context, previous, trackFields(context, previous, merged, options))
  })
}

const ruleCauses = (
  rules: KindRules,
  object: Draft,
  previous: StoredObject,
  ofStatus: boolean
): ReadonlyArray<FieldCause> => [
  ...(ofStatus ? [] : rules.validate?.(object, previous) ?? []),
  ...((ofStatus ? rules.validateStatus : rules.validateUpdate)?.(object, previous) ?? [])
]

const samePlace = (
  { metadata }: StoredObject,
  { metadata: given }: Draft
): Result.Result<void, KubernetesErrorReason> => {
  if ((given?.name ?? metadata.name) !== metadata.name) {
    return Result.fail(
      badRequest(`the name of the object (${given.name}) does not match the name on the URL (${metadata.name})`)
    )
  }
  return (given?.namespace ?? metadata.namespace) === metadata.namespace
    ? Result.succeed(undefined)
    : Result.fail(
      badRequest("the namespace of the provided object does not match the namespace sent on the request")
    )
}

/** A patch that leaves what cannot be read is itself invalid. */
const ofPatch = (reason: KubernetesErrorReason): KubernetesErrorReason => {
  if (reason._tag !== "BadRequest") return reason
  const cause = invalidValue("patch", "<object>", reason.message)
  return { _tag: "Invalid", message: `"" is invalid: ${cause.field}: ${cause.message}`, causes: [cause] }
}

const preconditions = (
  { served }: WriteContext,
  previous: StoredObject,
  { resourceVersion = "", uid = "" }: Metadata,
  { patched = false }: UpdateOptions
): Result.Result<void, KubernetesErrorReason> => {
  const { kind } = served
  const { name } = previous.metadata
  if (resourceVersion !== "" && resourceVersion !== previous.metadata.resourceVersion) {
    return Result.fail(modified(kind, name))
  }
  if (uid !== "" && uid !== previous.metadata.uid) {
    return patched
      ? Result.fail(invalid(kind, name, [immutable("metadata.uid", uid)]))
      : Result.fail(preconditionFailed(kind, name, "UID", uid, previous.metadata.uid))
  }
  if (resourceVersion === "" && !patched && rulesOf(served).conditionalUpdate === true) {
    const cause = invalidValue("metadata.resourceVersion", 0, "must be specified for an update")
    return Result.fail(invalid(kind, name, [cause]))
  }
  return Result.succeed(undefined)
}

/** A write of a custom resource's status is about nothing else: what it says besides is not even looked at. */
const statusOnly = (previous: StoredObject, input: Draft): Draft => ({
  ...without(previous, "status"),
  ...(input["apiVersion"] === undefined ? {} : { apiVersion: input["apiVersion"] }),
  ...(input["kind"] === undefined ? {} : { kind: input["kind"] }),
  metadata: input.metadata,
  ...(input.status === undefined ? {} : { status: input.status })
})

const withStatusOf = (previous: StoredObject, { status }: Draft): StoredObject =>
  status === undefined ? without(previous, "status") as StoredObject : { ...previous, status }

/** The draft with everything that an ordinary update cannot change taken from the stored object. */
const withSpecOf = ({ served: { kind } }: WriteContext, previous: StoredObject, draft: Draft): StoredObject => {
  const before = previous.metadata
  const { deletionGracePeriodSeconds: _grace, deletionTimestamp: _deleted, generation: _generation, ...metadata } =
    draft.metadata
  const object = kind.hasStatus ? { ...without(draft, "status"), ...statusOf(previous) } as Draft : draft
  const changed = kind.hasGeneration && !isSameContent(object, previous)
  return {
    ...object,
    metadata: {
      ...metadata,
      name: before.name,
      ...(before.namespace === undefined ? {} : { namespace: before.namespace }),
      ...(before.generateName === undefined ? {} : { generateName: before.generateName }),
      uid: before.uid,
      resourceVersion: before.resourceVersion,
      ...(kind.hasGeneration ? { generation: (before.generation ?? 1) + (changed ? 1 : 0) } : {}),
      creationTimestamp: before.creationTimestamp,
      ...(before.deletionTimestamp === undefined ? {} : { deletionTimestamp: before.deletionTimestamp }),
      ...(before.deletionGracePeriodSeconds === undefined
        ? {}
        : { deletionGracePeriodSeconds: before.deletionGracePeriodSeconds })
    }
  }
}

const statusOf = ({ status }: StoredObject) => status === undefined ? {} : { status }

const notContent: ReadonlyArray<string> = ["apiVersion", "kind", "metadata", "status"]

const isSameContent = (object: Draft, previous: Draft): boolean => {
  const isSame = (field: string) =>
    notContent.includes(field) ||
    equalJson(object[field], Object.hasOwn(previous, field) ? previous[field] : undefined)
  return Object.keys(object).every(isSame) &&
    Object.keys(previous).every((field) => notContent.includes(field) || Object.hasOwn(object, field))
}

/** What the store has to do to get from the one to the other: nothing, an update, or the end of an object that was only kept by finalizers. */
export const settled = ({ served: { resource } }: WriteContext, previous: StoredObject, next: StoredObject) => {
  const object = share(previous, next)
  if (object === previous) return { object: previous, changes: [] }
  const type = isOver(object) ? "DELETED" as const : "MODIFIED" as const
  return { object, changes: [{ type, resource, object, previous }] }
}

const isOver = ({ metadata, ...content }: StoredObject): boolean =>
  metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0 && !isKept(content) &&
  (metadata.deletionGracePeriodSeconds ?? 0) === 0

/** A namespace is kept by finalizers in its spec, too. */
export const isKept = ({ kind, spec }: JsonObject): boolean =>
  kind === "Namespace" && isJsonObject(spec) && Array.isArray(spec["finalizers"]) && spec["finalizers"].length > 0
