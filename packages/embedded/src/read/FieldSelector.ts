/** Field selectors: `metadata.name=x,status.phase!=Succeeded`, over the fields that the kind can be selected by. */
import { Result } from "effect"
import type { ServedKind } from "../kinds/ServedKinds.ts"
import { type Draft, isJsonObject } from "../objects/StoredObject.ts"

export type FieldMatch = (object: Draft) => boolean

const eventFields = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"]

const builtInFields: Readonly<Record<string, ReadonlyArray<string>>> = {
  "/pods": [
    "spec.nodeName",
    "spec.host",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.nominatedNodeName"
  ],
  "/events": [
    ...eventFields.map((field) => `involvedObject.${field}`),
    "reason",
    "reportingComponent",
    "source",
    "type"
  ],
  "/secrets": ["type"],
  "/namespaces": ["status.phase"],
  "/nodes": ["spec.unschedulable"],
  "batch/jobs": ["status.successful"]
}

/** Fields whose label is not their path. */
const pathOf: Readonly<Record<string, string>> = {
  "spec.host": "spec.nodeName",
  "status.successful": "status.succeeded",
  source: "source.component"
}

/** What an absent field counts as, where that is not the empty text. */
const absent: Readonly<Record<string, string>> = {
  "status.successful": "0",
  "spec.unschedulable": "false",
  "spec.hostNetwork": "false"
}

export const parseFieldSelector = (served: ServedKind, text: string): Result.Result<FieldMatch, string> => {
  if (text.trim() === "") return Result.succeed(() => true)
  const supported = new Set([
    "metadata.name",
    ...(served.kind.namespaced ? ["metadata.namespace"] : []),
    ...(builtInFields[served.resource] ?? []),
    ...(served.definition?.selectableFields.map((path) => path.replace(/^\./, "")) ?? [])
  ])
  return Result.map(
    Result.all(splitTerms(text).map((term) => parseTerm(supported, term.trim()))),
    (terms) => (object: Draft) => terms.every((matches) => matches(object))
  )
}

/** At the commas that no backslash escapes. */
const splitTerms = (text: string): ReadonlyArray<string> => {
  const terms: Array<string> = []
  let begin = 0
  for (let index = 0; index < text.length; index++) {
    if (text[index] === "\\") index++
    else if (text[index] === ",") {
      terms.push(text.slice(begin, index))
      begin = index + 1
    }
  }
  return [...terms, text.slice(begin)].filter((term) => term.trim() !== "")
}

const parseTerm = (supported: ReadonlySet<string>, term: string): Result.Result<FieldMatch, string> => {
  const [, field, operator, escaped = ""] = /^([^=!]+)(==|!=|=)(.*)$/s.exec(term) ?? []
  if (field === undefined) return Result.fail(`invalid selector: '${term}'; can't understand '${term}'`)
  if (/(?<!\\)(?:\\\\)*=/.test(escaped)) return Result.fail(`invalid selector: '${term}'; can't understand '${term}'`)
  if (!supported.has(field)) return Result.fail(`field label not supported: ${field}`)
  const value = escaped.replace(/\\(.)/gs, "$1")
  const path = (pathOf[field] ?? field).split(".")
  const missing = absent[field] ?? ""
  const equals = (object: Draft) => (fieldText(object, path) ?? missing) === value
  return Result.succeed(operator === "!=" ? (object) => !equals(object) : equals)
}

const fieldText = (object: Draft, path: ReadonlyArray<string>): string | undefined => {
  let value: unknown = object
  for (const key of path) value = isJsonObject(value) ? value[key] : undefined
  return value === undefined || value === null || typeof value === "object" ? undefined : String(value)
}
