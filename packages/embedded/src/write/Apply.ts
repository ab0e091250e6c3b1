/** Server-side apply: a manager says which fields it wants and how; conflicts with other managers are refused unless forced. */
import { apiVersionOf } from "@orchestrator/k8s/Kinds"
import type { ObjectRef, Patch } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import { Result } from "effect"
import { badRequest, conflict, notFound } from "../objects/Refusal.ts"
import { type Draft, isJsonObject, type JsonObject, type StoredObject } from "../objects/StoredObject.ts"
import { applyConfiguration, removeFields, withoutNulls } from "../patch/ApplyMerge.ts"
import { diffFields, fieldsOf } from "../patch/FieldDiff.ts"
import { describePath, difference, type FieldPaths, intersection, union } from "../patch/FieldPaths.ts"
import { assign, formatManagers, isManager, type Manager, readManagers, relinquish } from "../patch/Managers.ts"
import { objectShape } from "../patch/Shape.ts"
import { pruneObject } from "../schema/Prune.ts"
import { decideCreate } from "./Create.ts"
import { decideUpdate, type UpdateOptions } from "./Update.ts"
import type { PlannedWrite, WriteContext } from "./WritePlan.ts"

type Apply = Extract<Patch, { readonly type: "apply" }>

export const decideApply = (
  context: WriteContext,
  ref: ObjectRef,
  patch: Apply,
  options: UpdateOptions
): PlannedWrite =>
  Result.flatMap(configurationOf(context, ref, patch, options), (configuration) => {
    const { served, store } = context
    const previous = store.get(served.resource, ref.namespace, ref.name)
    const applier = applierOf(context, configuration, patch, options)
    if (previous !== undefined) return appliedTo(context, previous, configuration, applier, patch, options)
    const { resourceVersion, uid } = configuration.metadata
    if (uid !== undefined) {
      const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`
      return Result.fail(conflict(served.kind, ref.name, why))
    }
    return options.subresource !== undefined || resourceVersion !== undefined
      ? Result.fail(notFound(served.kind, ref.name))
      : decideCreate(context, configuration, { ...options, managedFields: formatManagers([applier]) })
  })

/** The part of the body that this request is about, named as asked for. */
const configurationOf = (
  { served: { definition, kind, schema } }: WriteContext,
  { name, namespace }: ObjectRef,
  { body, fieldManager }: Apply,
  { subresource }: UpdateOptions
): Result.Result<Draft, KubernetesErrorReason> => {
  const given = withoutNulls({ ...body })
  const metadata = isJsonObject(given["metadata"]) ? given["metadata"] : {}
  const problem = fieldManager === ""
    ? "fieldManager is required for apply patch"
    : given["apiVersion"] !== apiVersionOf(kind) || given["kind"] !== kind.kind
    ? `apply needs an object with apiVersion ${apiVersionOf(kind)} and kind ${kind.kind}`
    : (metadata["name"] ?? name) !== name
    ? `the name of the object (${metadata["name"]}) does not match the name on the URL (${name})`
    : (metadata["namespace"] ?? namespace) !== namespace
    ? `the namespace of the provided object does not match the namespace sent on the request`
    : metadata["managedFields"] !== undefined
    ? "metadata.managedFields must be nil"
    : undefined
  if (problem !== undefined) return Result.fail(badRequest(problem))
  const draft: Draft = {
    ...relevantPart(kind.hasStatus, given, subresource),
    metadata: { ...metadata, name, ...(namespace === undefined ? {} : { namespace }) }
  }
  const undeclared = definition === undefined ? [] : pruneObject(schema, draft).unknown
  if (undeclared.length === 0) return Result.succeed(draft)
  const object = `${namespace === undefined ? "" : `${namespace}/`}${name}; ${apiVersionOf(kind)}, Kind=${kind.kind}`
  const fields = undeclared.map((path) => `.${path}: field not declared in schema`).join(", ")
  return Result.fail({
    _tag: "ServerError",
    status: 500,
    message: `failed to create typed patch object (${object}): ${fields}`
  })
}

const relevantPart = (hasStatus: boolean, object: JsonObject, subresource: "status" | undefined): JsonObject => {
  const { apiVersion, kind, status, ...rest } = object
  if (subresource === "status") return { apiVersion, kind, ...(status === undefined ? {} : { status }) }
  return { apiVersion, kind, ...rest, ...(hasStatus || status === undefined ? {} : { status }) }
}

const applierOf = (
  { now, served: { kind, schema } }: WriteContext,
  { metadata, ...content }: Draft,
  { fieldManager }: Apply,
  { subresource }: UpdateOptions
): Manager => ({
  name: fieldManager,
  operation: "Apply",
  apiVersion: apiVersionOf(kind),
  subresource,
  time: now,
  fields: fieldsOf(objectShape(schema), subresource === undefined ? { ...content, metadata } : content)
})

const appliedTo = (
  context: WriteContext,
  previous: StoredObject,
  configuration: Draft,
  applier: Manager,
  { force = false }: Apply,
  options: UpdateOptions
): PlannedWrite => {
  const shape = objectShape(context.served.schema)
  const managers = managersOf(context, previous)
  const own = managers.find((manager) => isManager(manager, applier))?.fields ?? new Set()
  const others = managers.filter((manager) => !isManager(manager, applier))
  const merged = removeFields(
    shape,
    recordOf(applyConfiguration(shape, previous, configuration)),
    difference(own, applier.fields),
    union(applier.fields, ...others.map(({ fields }) => fields))
  )
  const { changed, removed } = diffFields(shape, previous, merged)
  const refusal = force ? undefined : conflictOf(others, changed)
  if (refusal !== undefined) return Result.fail(refusal)
  const managedFields = formatManagers(assign(relinquish(managers, applier, changed, removed), applier))
  const draft: Draft = { ...merged, metadata: recordOf(merged["metadata"]) }
  return decideUpdate(context, previous, draft, { ...options, patched: true, managedFields })
}

const recordOf = (value: unknown): JsonObject => isJsonObject(value) ? value : {}

const managersOf = ({ now, served }: WriteContext, { metadata, ...content }: StoredObject): ReadonlyArray<Manager> =>
  metadata.managedFields !== undefined ? readManagers(metadata.managedFields) : [{
    name: "before-first-apply",
    operation: "Update",
    apiVersion: apiVersionOf(served.kind),
    subresource: undefined,
    time: now,
    fields: fieldsOf(objectShape(served.schema), { ...content, metadata })
  }]

const conflictOf = (others: ReadonlyArray<Manager>, changed: FieldPaths): KubernetesErrorReason | undefined => {
  const conflicts = others
    .map((manager) => ({ manager, fields: [...intersection(manager.fields, changed)].map(describePath) }))
    .filter(({ fields }) => fields.length > 0)
  const count = conflicts.reduce((sum, { fields }) => sum + fields.length, 0)
  if (count === 0) return undefined
  const lines = conflicts.map(({ fields, manager: { apiVersion, name, operation, subresource } }) => {
    const what = operation === "Update"
      ? ` using ${apiVersion}${subresource === undefined ? "" : ` with subresource "${subresource}"`}`
      : ""
    return fields.length === 1
      ? `conflict with "${name}"${what}: ${fields[0]}`
      : `conflicts with "${name}"${what}:\n${fields.map((field) => `- ${field}`).join("\n")}`
  })
  return {
    _tag: "Conflict",
    message: `Apply failed with ${count} conflict${count === 1 ? "" : "s"}: ${lines.join("\n")}`
  }
}
