/** Rendered manifests, by kind and name. */
import { parseAllDocuments } from "yaml"
import { isObject, type Json, type JsonObject, valueIn } from "./Json.ts"

/** Every object of a stream of YAML documents. */
export const readManifests = (text: string): ReadonlyArray<JsonObject> =>
  parseAllDocuments(text).map((document): unknown => document.toJS()).filter(isObject)

/** `Deployment/orchestrator` */
export const idOf = (object: JsonObject): string =>
  `${String(object["kind"])}/${String(valueIn(object, "metadata", "name"))}`

export const findManifest = (objects: ReadonlyArray<JsonObject>, id: string): JsonObject =>
  objects.find((object) => idOf(object) === id) ?? {}

/** A NetworkPolicy's, Service's or budget's selector against a pod's labels, as Kubernetes does it. */
export const selects = (selector: Json | undefined, labels: JsonObject): boolean => {
  if (!isObject(selector)) return false
  const equal = isObject(selector["matchLabels"]) ? selector["matchLabels"] : {}
  const expressions = Array.isArray(selector["matchExpressions"]) ? selector["matchExpressions"] : []
  return Object.entries(equal).every(([key, value]) => labels[key] === value) &&
    expressions.filter(isObject).every((each) => matches(each, labels))
}

const matches = ({ key, operator, values }: JsonObject, labels: JsonObject): boolean => {
  const label = labels[String(key)]
  const listed = Array.isArray(values) && values.includes(label ?? null)
  switch (operator) {
    case "In":
      return label !== undefined && listed
    case "NotIn":
      return !listed
    case "Exists":
      return label !== undefined
    case "DoesNotExist":
      return label === undefined
    default:
      return false
  }
}
