/** Columns of custom resources: what their definition says, name first, age where it says nothing. */
import type { PrinterColumn } from "@orchestrator/domain/RunKind"
import { ageOf } from "../HumanDuration.ts"
import { compile } from "../JsonPath.ts"
import { ageColumn } from "./AgeColumn.ts"
import { type Cell, type Column, nameColumn } from "./Column.ts"

const types = ["string", "integer", "number", "boolean", "date"] as const

const text = (value: unknown): string => typeof value === "string" ? value : JSON.stringify(value)

const cellOf = (type: Column["type"], found: ReadonlyArray<unknown>, now: number): Cell => {
  const [first] = found
  if (first === undefined || first === null) return null
  switch (type) {
    case "string":
      return text(first)
    case "date":
      return typeof first === "string" ? ageOf(first, now) : null
    case "boolean":
      return typeof first === "boolean" ? first : null
    case "integer":
      return typeof first === "number" ? Math.trunc(first) : null
    case "number":
      return typeof first === "number" ? first : null
  }
}

const columnOf = ({ description, jsonPath, name, priority, type: wanted }: PrinterColumn): Column => {
  const find = compile(jsonPath)
  const type = types.find((type) => type === wanted) ?? "string"
  return {
    name,
    type,
    description: description ?? `Field of the resource: ${jsonPath}`,
    priority: priority ?? 0,
    cell: (object, now) => cellOf(type, find(object), now)
  }
}

export const customColumns = (columns: ReadonlyArray<PrinterColumn>): ReadonlyArray<Column> =>
  columns.length === 0 ? [nameColumn, ageColumn] : [nameColumn, ...columns.map(columnOf)]
