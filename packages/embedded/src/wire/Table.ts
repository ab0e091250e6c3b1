/** Answers converted to what the client asked for: tables for people, metadata only for garbage collectors. */
import type { KubernetesObject, ObjectList } from "@orchestrator/k8s/Objects"
import { partialObject } from "../objects/PartialObject.ts"
import type { Columns } from "./Columns.ts"

/** What of each object a table carries beside its cells. */
export type IncludeObject = "None" | "Metadata" | "Object"

export interface TableInput {
  readonly columns: Columns
  readonly objects: ReadonlyArray<KubernetesObject>
  readonly metadata: object
  readonly now: number
  readonly include: IncludeObject
  /** Of the group meta.k8s.io. */
  readonly version: string
  /** A watch says the headings once. */
  readonly headings: boolean
}

export const partialList = (list: ObjectList<KubernetesObject>, version: string): object => ({
  kind: "PartialObjectMetadataList",
  apiVersion: `meta.k8s.io/${version}`,
  metadata: list.metadata,
  items: list.items.map((object) => partialObject(object, version))
})

export const tableOf = ({ columns, headings, include, metadata, now, objects, version }: TableInput): object => ({
  kind: "Table",
  apiVersion: `meta.k8s.io/${version}`,
  metadata,
  columnDefinitions: headings ? columns.definitions.map((definition) => ({ format: "", ...definition })) : null,
  rows: objects.map((object) => ({
    cells: columns.row(object, now),
    ...(include === "None" ? {} : { object: include === "Object" ? object : partialObject(object, version) })
  }))
})
