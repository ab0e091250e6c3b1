/** metadata.managedFields: who set which field, by applying or by updating. */
import type { ManagedFieldsEntry } from "@orchestrator/k8s/Objects"
import { type FieldDiff } from "./FieldDiff.ts"
import { difference, type FieldPaths, fromFieldsV1, sameSet, toFieldsV1, union } from "./FieldPaths.ts"

export interface Manager {
  readonly name: string
  readonly operation: "Apply" | "Update"
  readonly apiVersion: string
  readonly subresource: string | undefined
  readonly time: string | undefined
  readonly fields: FieldPaths
}

export type ManagerId = Pick<Manager, "name" | "operation" | "subresource">

export const isManager = (a: ManagerId, b: ManagerId): boolean =>
  a.name === b.name && a.operation === b.operation && a.subresource === b.subresource

export const readManagers = (entries: ReadonlyArray<ManagedFieldsEntry> = []): ReadonlyArray<Manager> =>
  entries.map((entry) => ({
    name: entry.manager,
    operation: entry.operation,
    apiVersion: entry.apiVersion,
    subresource: entry.subresource,
    time: entry.time,
    fields: fromFieldsV1(entry.fieldsV1)
  }))

export const formatManagers = (managers: ReadonlyArray<Manager>): ReadonlyArray<ManagedFieldsEntry> =>
  managers.filter(({ fields }) => fields.size > 0).map((
    { apiVersion, fields, name, operation, subresource, time }
  ) => ({
    manager: name,
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: "FieldsV1",
    fieldsV1: toFieldsV1(fields),
    ...(subresource === undefined ? {} : { subresource })
  }))

/** Every manager but one gives these fields up. */
export const relinquish = (
  managers: ReadonlyArray<Manager>,
  keeper: ManagerId,
  ...fields: ReadonlyArray<FieldPaths>
): ReadonlyArray<Manager> =>
  managers.map((manager) =>
    isManager(manager, keeper) ? manager : withFields(manager, difference(manager.fields, ...fields))
  )

const withFields = (manager: Manager, fields: FieldPaths): Manager =>
  sameSet(manager.fields, fields) ? manager : { ...manager, fields }

/** The manager with exactly these fields; its time changes only when they do. */
export const assign = (managers: ReadonlyArray<Manager>, manager: Manager): ReadonlyArray<Manager> => {
  const index = managers.findIndex((each) => isManager(each, manager))
  const known = managers[index]
  if (known === undefined) return [...managers, manager]
  return sameSet(known.fields, manager.fields) ? managers : managers.with(index, manager)
}

/** After an update: what changed belongs to whoever changed it, and what is gone to nobody. */
export const afterUpdate = (
  managers: ReadonlyArray<Manager>,
  updater: Omit<Manager, "fields">,
  { changed, removed }: FieldDiff
): ReadonlyArray<Manager> => {
  const own = managers.find((manager) => isManager(manager, updater))?.fields ?? new Set()
  return assign(relinquish(managers, updater, changed, removed), {
    ...updater,
    fields: difference(union(own, changed), removed)
  })
}
