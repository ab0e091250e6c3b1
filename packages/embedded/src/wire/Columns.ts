/** The columns of every kind that is served. */
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import type { ServedKind } from "../kinds/ServedKinds.ts"
import { ageColumn } from "./columns/AgeColumn.ts"
import { type Cell, type Column, nameColumn } from "./columns/Column.ts"
import {
  claimColumns,
  configMapColumns,
  definitionColumns,
  eventColumns,
  leaseColumns,
  namespaceColumns,
  nodeColumns,
  secretColumns
} from "./columns/CoreColumns.ts"
import { customColumns } from "./columns/CustomColumns.ts"
import { jobColumns } from "./columns/JobColumns.ts"
import { podColumns } from "./columns/PodColumns.ts"

/** A table's headings with the row of an object of the kind. */
export interface Columns {
  readonly definitions: ReadonlyArray<Omit<Column, "cell">>
  readonly row: (object: KubernetesObject, now: number) => ReadonlyArray<Cell>
}

/** `A` is what is stored under the kind that these columns are registered for. */
const columns = <A extends KubernetesObject>(columns: ReadonlyArray<Column<A>>): Columns => ({
  definitions: columns.map(({ cell: _, ...definition }) => definition),
  row: (object, now) => columns.map(({ cell }) => cell(object as A, now))
})

const builtIn: Readonly<Record<string, Columns>> = {
  "/pods": columns(podColumns),
  "batch/jobs": columns(jobColumns),
  "/configmaps": columns(configMapColumns),
  "/secrets": columns(secretColumns),
  "/persistentvolumeclaims": columns(claimColumns),
  "/events": columns(eventColumns),
  "coordination.k8s.io/leases": columns(leaseColumns),
  "/nodes": columns(nodeColumns),
  "/namespaces": columns(namespaceColumns),
  "apiextensions.k8s.io/customresourcedefinitions": columns(definitionColumns)
}

export const columnsOf = ({ definition, resource }: ServedKind): Columns =>
  definition === undefined
    ? builtIn[resource] ?? columns([nameColumn, ageColumn])
    : columns(customColumns(definition.columns))
