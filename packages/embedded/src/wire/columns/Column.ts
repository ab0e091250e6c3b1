/** A column of a kubectl table: its heading and how an object's cell is found. */
import type { KubernetesObject } from "@orchestrator/k8s/Objects"

export type Cell = string | number | boolean | null

export interface Column<A extends KubernetesObject = KubernetesObject> {
  readonly name: string
  readonly type: "string" | "integer" | "number" | "boolean" | "date"
  readonly format?: string
  readonly description: string
  /** Above 0: with `-o wide` only. */
  readonly priority: number
  readonly cell: (object: A, now: number) => Cell
}

type Cells<A extends KubernetesObject> = (object: A, now: number) => Cell

export const column = <A extends KubernetesObject>(
  name: string,
  description: string,
  cell: Cells<A>,
  type: Column["type"] = "string"
): Column<A> => ({ name, type, description, priority: 0, cell })

export const wide = <A extends KubernetesObject>(name: string, description: string, cell: Cells<A>): Column<A> => ({
  ...column(name, description, cell),
  priority: 1
})

export const nameColumn: Column = {
  ...column("Name", "Name of the object, unique within its namespace", ({ metadata }) => metadata.name ?? ""),
  format: "name"
}

/** What kubectl prints where there is nothing. */
export const none = "<none>"

export const orNone = (value: string | undefined): string => value === undefined || value === "" ? none : value

export const joined = (values: ReadonlyArray<string> | undefined): string => orNone(values?.join(","))
