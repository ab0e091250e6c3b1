/** Creation: identity, what the server sets, defaults, validation. */
import { NamespaceKind } from "@orchestrator/k8s/Kinds"
import type { WriteOptions } from "@orchestrator/k8s/KubernetesClient"
import type { FieldCause, KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { ManagedFieldsEntry, Metadata } from "@orchestrator/k8s/Objects"
import { Result } from "effect"
import { decodeDraft } from "../admission/Decode.ts"
import { metadataCauses } from "../admission/MetadataRules.ts"
import { rulesOf } from "../admission/RulesOf.ts"
import { resourceKey } from "../kinds/ServedKinds.ts"
import { alreadyExists, badRequest, forbidden, invalid, notFound } from "../objects/Refusal.ts"
import type { Draft, StoredObject } from "../objects/StoredObject.ts"
import { without } from "../objects/StoredObject.ts"
import { trackFields } from "./FieldTracking.ts"
import { generateName, type PlannedWrite, randomUid, type WriteContext } from "./WritePlan.ts"

const namespaces = resourceKey(NamespaceKind)

export interface CreateOptions extends WriteOptions {
  /** What an apply has computed; otherwise the creation itself is recorded. */
  readonly managedFields?: ReadonlyArray<ManagedFieldsEntry>
}

export const decideCreate = (context: WriteContext, input: Draft, options: CreateOptions): PlannedWrite => {
  const { served: { kind } } = context
  const rules = rulesOf(context.served)
  return Result.gen(function*() {
    const { causes: misfits, draft } = yield* decodeDraft(
      context.served,
      withoutStatus(kind.hasStatus, input),
      options.fieldValidation
    )
    yield* creatable(context, draft.metadata)
    const named = identified(context, draft)
    const fits = misfits.length === 0
    const complete = fits ? rules.initialize?.(named, context.now) ?? named : named
    const causes: ReadonlyArray<FieldCause> = [
      ...metadataCauses(kind, complete.metadata),
      ...(fits ? rules.validate?.(complete) ?? [] : misfits)
    ]
    if (causes.length > 0) return yield* Result.fail(invalid(kind, complete.metadata.name, causes))
    const { name, namespace } = complete.metadata
    if (context.store.get(context.served.resource, namespace, name) !== undefined) {
      return yield* Result.fail(alreadyExists(kind, name))
    }
    const object = trackFields(context, undefined, complete, options)
    const { resource } = context.served
    return { object, changes: [{ type: "ADDED" as const, resource, object, previous: undefined }] }
  })
}

const creatable = (context: WriteContext, metadata: Metadata): Result.Result<void, KubernetesErrorReason> => {
  const { served: { kind }, store } = context
  if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== "") {
    return Result.fail(badRequest("resourceVersion should not be set on objects to be created"))
  }
  if (!kind.namespaced) {
    return metadata.namespace === undefined
      ? Result.succeed(undefined)
      : Result.fail(badRequest("namespace is not allowed on this type"))
  }
  if (metadata.namespace === undefined || metadata.namespace === "") {
    return Result.fail(badRequest("an empty namespace may not be set during creation"))
  }
  const namespace = store.get(namespaces, undefined, metadata.namespace)
  if (namespace === undefined) return Result.fail(notFound(NamespaceKind, metadata.namespace))
  if (namespace.metadata.deletionTimestamp !== undefined) {
    const why = `unable to create new content in namespace ${metadata.namespace} because it is being terminated`
    return Result.fail(forbidden(kind, metadata.name ?? metadata.generateName ?? "", why))
  }
  return Result.succeed(undefined)
}

const withoutStatus = (hasStatus: boolean, draft: Draft): Draft =>
  hasStatus ? { ...without(draft, "status"), metadata: draft.metadata } : draft

/** The object under its final name, with the metadata that only the server sets. */
const identified = ({ now, random, served: { kind, resource }, store }: WriteContext, draft: Draft): StoredObject => {
  const {
    creationTimestamp: _created,
    deletionGracePeriodSeconds: _grace,
    deletionTimestamp: _deleted,
    generation: _generation,
    managedFields: _managed,
    resourceVersion: _version,
    uid: _uid,
    ...metadata
  } = draft.metadata
  const fresh = (attempts: number): string => {
    const name = generateName(metadata.generateName ?? "", random)
    return attempts > 0 && store.get(resource, metadata.namespace, name) !== undefined ? fresh(attempts - 1) : name
  }
  const given = metadata.name === undefined || metadata.name === "" ? undefined : metadata.name
  return {
    ...draft,
    metadata: {
      ...metadata,
      name: given ?? (metadata.generateName === undefined || metadata.generateName === "" ? "" : fresh(8)),
      uid: randomUid(random),
      resourceVersion: "",
      ...(kind.hasGeneration ? { generation: 1 } : {}),
      creationTimestamp: now
    }
  }
}
