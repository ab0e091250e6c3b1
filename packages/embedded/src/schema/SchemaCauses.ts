/**
 * Validation by a structural schema, in the API server's words. Parts that are those of the previous version, which was valid when it
 * was stored, are not looked at again.
 */
import { sizeRules } from "@orchestrator/domain/Sizes"
import type { FieldCause } from "@orchestrator/k8s/KubernetesError"
import { duplicate, invalidValue, notSupported, required, wrongType } from "../objects/Causes.ts"
import { equalJson } from "../objects/Share.ts"
import { isJsonObject, type JsonObject } from "../objects/StoredObject.ts"
import { numberCauses, stringCauses } from "./ScalarCauses.ts"
import { doublesAllowed, fieldSchema, type StructuralSchema } from "./StructuralSchema.ts"

type Causes = ReadonlyArray<FieldCause>

const none: Causes = []

export const schemaCauses = (schema: StructuralSchema, value: unknown, path: string, previous?: unknown): Causes => {
  if (value === previous && value !== undefined) return none
  if (value === null && schema["nullable"] === true) return none
  const mistyped = typeCauses(schema, value, path)
  if (mistyped.length > 0) return mistyped
  const causes = [
    ...enumCauses(schema, value, path),
    ...(typeof value === "string" ? stringCauses(schema, value, path) : []),
    ...(typeof value === "number" ? numberCauses(schema, value, path) : []),
    ...(Array.isArray(value) ? arrayCauses(schema, value, path, Array.isArray(previous) ? previous : []) : []),
    ...(isJsonObject(value) ? objectCauses(schema, value, path, isJsonObject(previous) ? previous : {}) : []),
    ...combinedCauses(schema, value, path)
  ]
  return causes.length > 0 ? causes : ruleCauses(schema, value, path)
}

/** Of the rules in CEL those that our own definitions have; no other is evaluated here. Like the API server, only of what fits its types and bounds. */
const ruleCauses = (schema: StructuralSchema, value: unknown, path: string): Causes => {
  const rules = schema["x-kubernetes-validations"]
  if (!Array.isArray(rules)) return none
  return rules.filter(isJsonObject).flatMap(({ message, rule }) =>
    sizeRules.find((known) => known.rule === rule)?.holds(value) === false
      ? [invalidValue(path, typeName(value), String(message))]
      : []
  )
}

const typeName = (value: unknown): string => {
  if (value === null) return "null"
  if (Array.isArray(value)) return "array"
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number"
  return typeof value
}

const typeCauses = (schema: StructuralSchema, value: unknown, path: string): Causes => {
  const found = typeName(value)
  if (schema["x-kubernetes-int-or-string"] === true) {
    return found === "integer" || found === "string"
      ? []
      : [wrongType(path, found, `${path} in body must be of type integer,string: ${JSON.stringify(found)}`)]
  }
  const wanted = schema.type
  if (wanted === undefined || wanted === found || (wanted === "number" && found === "integer")) return []
  return [wrongType(path, found, `${path} in body must be of type ${wanted}: ${JSON.stringify(found)}`)]
}

const enumCauses = (schema: StructuralSchema, value: unknown, path: string): Causes => {
  const allowed = schema["enum"]
  return Array.isArray(allowed) && !allowed.some((each) => equalJson(each, value))
    ? [notSupported(path, value, allowed)]
    : []
}

const arrayCauses = (
  schema: StructuralSchema,
  value: ReadonlyArray<unknown>,
  path: string,
  previous: ReadonlyArray<unknown>
): Causes => {
  const { items, maxItems, minItems } = schema
  return [
    ...(typeof maxItems === "number" && value.length > maxItems
      ? [invalidValue(path, value.length, `${path} in body should have at most ${maxItems} items`)]
      : []),
    ...(typeof minItems === "number" && value.length < minItems
      ? [invalidValue(path, value.length, `${path} in body should have at least ${minItems} items`)]
      : []),
    ...(items === undefined
      ? []
      : value.flatMap((item, index) => schemaCauses(items, item, `${path}[${index}]`, previous[index]))),
    ...uniqueCauses(schema, value, path)
  ]
}

/** Items of a set, and the keys of a map's items, occur once. */
const uniqueCauses = (schema: StructuralSchema, value: ReadonlyArray<unknown>, path: string): Causes => {
  const keys = schema["x-kubernetes-list-map-keys"]
  const identity = schema["x-kubernetes-list-type"] === "set"
    ? (item: unknown) => item
    : schema["x-kubernetes-list-type"] === "map" && Array.isArray(keys)
    ? (item: unknown) => isJsonObject(item) ? Object.fromEntries(keys.map((key) => [key, item[String(key)]])) : item
    : undefined
  if (identity === undefined || schema[doublesAllowed] === true) return []
  const seen = new Set<string>()
  return value.flatMap((item, index) => {
    const id = identity(item)
    const text = JSON.stringify(id)
    if (seen.has(text)) return [duplicate(`${path}[${index}]`, id)]
    seen.add(text)
    return []
  })
}

const objectCauses = (schema: StructuralSchema, value: JsonObject, path: string, previous: JsonObject): Causes => {
  const { maxProperties, minProperties } = schema
  const count = Object.keys(value).length
  const at = (key: string) => path === "" ? key : `${path}.${key}`
  return [
    ...(schema.required ?? [])
      .filter((key) => !Object.hasOwn(value, key) || value[key] === undefined)
      .map((key) => required(at(key))),
    ...(typeof maxProperties === "number" && count > maxProperties
      ? [invalidValue(path, count, `${path} in body should have at most ${maxProperties} properties`)]
      : []),
    ...(typeof minProperties === "number" && count < minProperties
      ? [invalidValue(path, count, `${path} in body should have at least ${minProperties} properties`)]
      : []),
    ...Object.entries(value).flatMap(([key, field]) => {
      if (field === undefined) return []
      const known = fieldSchema(schema, key)
      return known === undefined ? none : schemaCauses(known, field, at(key), previous[key])
    })
  ]
}

const schemasIn = (value: unknown): ReadonlyArray<StructuralSchema> =>
  Array.isArray(value) ? value.filter(isJsonObject) : []

const combinedCauses = (schema: StructuralSchema, value: unknown, path: string): Causes => {
  const any = schemasIn(schema["anyOf"])
  const one = schemasIn(schema["oneOf"])
  const fits = (each: StructuralSchema) => schemaCauses(each, value, path).length === 0
  const not = schema["not"]
  return [
    ...schemasIn(schema["allOf"]).flatMap((each) => schemaCauses(each, value, path)),
    ...(any.length > 0 && !any.some(fits)
      ? [invalidValue(path, value, `${path} in body must validate at least one schema (anyOf)`)]
      : []),
    ...(one.length > 0 && one.filter(fits).length !== 1
      ? [invalidValue(path, value, `${path} in body must validate one and only one schema (oneOf)`)]
      : []),
    ...(isJsonObject(not) && fits(not)
      ? [invalidValue(path, value, `${path} in body must not validate the schema (not)`)]
      : [])
  ]
}
