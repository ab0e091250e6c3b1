/**
 * What is kept of a run for those who show runs: enough to tell it apart, to select by, and to say in a line how it stands. Bounded whatever
 * the run holds; of the same form as the run, so that the same functions read both. Pure.
 */
import { Predicate } from "effect"
import type { CustomObject, Metadata } from "./Objects.ts"

const longestText = 256
const mostFields = 64
/** Characters of all labels; a run with more shows none. */
const mostLabels = 2048

type Fields = Readonly<Record<string, unknown>>

const isShort = (value: unknown): boolean =>
  typeof value === "number" || typeof value === "boolean" || (typeof value === "string" && value.length <= longestText)

const shortFields = (fields: unknown): Fields =>
  Predicate.isObject(fields)
    ? Object.fromEntries(Object.entries(fields).filter(([, value]) => isShort(value)).slice(0, mostFields))
    : {}

const labelsOf = (labels: Metadata["labels"]): Pick<Metadata, "labels"> =>
  labels === undefined || JSON.stringify(labels).length > mostLabels ? {} : { labels }

const times = ["creationTimestamp", "deletionTimestamp"] as const

export const outlineOf = ({ metadata, spec, status }: CustomObject): CustomObject => {
  const { generation, labels, name, namespace, resourceVersion, uid } = metadata
  return {
    metadata: {
      ...shortFields({ name, namespace, uid, resourceVersion, generation }),
      ...shortFields(Object.fromEntries(times.map((field) => [field, metadata[field]]))),
      ...labelsOf(labels)
    },
    spec: shortFields(spec),
    ...(status === undefined ? {} : { status: shortFields(status) })
  }
}
