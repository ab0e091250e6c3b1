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
import { doublesAllowed, type StructuralSchema } from "./StructuralSchema.ts"

type Causes = ReadonlyArray<FieldCause>

const none: Causes = []

/** Most of what is looked at is valid: then no list is made. */
const joined = (one: Causes, other: Causes): Causes =>
  other.length === 0 ? one : one.length === 0 ? other : [...one, ...other]

/** Most of what is looked at is valid: paths are put together only when something is not. */
export const schemaCauses = (schema: StructuralSchema, value: unknown, path: string, previous?: unknown): Causes => {
  const demands = demandsOf(schema)
  return causesAt(demands, value, nowhere, previous).length === 0 ? none : causesAt(demands, value, path, previous)
}

/** Stands for the path of what nobody is told of. */
const nowhere = "\u0000"

const itemAt = (path: string, index: number): string => path === nowhere ? nowhere : `${path}[${index}]`

const fieldAt = (path: string, key: string): string => path === nowhere ? nowhere : path === "" ? key : `${path}.${key}`

/** What a schema demands, read once. */
interface Demands {
  readonly schema: StructuralSchema
  readonly type: unknown
  readonly isIntOrString: boolean
  readonly isNullable: boolean
  readonly isCombined: boolean
  readonly allowed: ReadonlyArray<unknown> | undefined
  readonly rules: ReadonlyArray<unknown> | undefined
  readonly items: Demands | undefined
  readonly required: ReadonlyArray<string>
  readonly fields: ReadonlyMap<string, Demands>
  /** Of all fields that are not among `fields`. */
  readonly additional: Demands | undefined
}

const read = new WeakMap<StructuralSchema, Demands>()

const listIn = (value: unknown): ReadonlyArray<unknown> | undefined => Array.isArray(value) ? value : undefined

const demandsOf = (schema: StructuralSchema): Demands => {
  const known = read.get(schema)
  if (known !== undefined) return known
  const additional = schema["additionalProperties"]
  const demands: Demands = {
    schema,
    type: schema.type,
    isIntOrString: schema["x-kubernetes-int-or-string"] === true,
    isNullable: schema["nullable"] === true,
    isCombined: combining.some((word) => schema[word] !== undefined),
    allowed: listIn(schema["enum"]),
    rules: listIn(schema["x-kubernetes-validations"]),
    items: schema.items && demandsOf(schema.items),
    required: schema.required ?? [],
    fields: new Map(Object.entries(schema.properties ?? {}).map(([key, field]) => [key, demandsOf(field)])),
    additional: isJsonObject(additional) ? demandsOf(additional) : undefined
  }
  read.set(schema, demands)
  return demands
}

const causesAt = (demands: Demands, value: unknown, path: string, previous: unknown): Causes => {
  if (value === previous && value !== undefined) return none
  if (value === null && demands.isNullable) return none
  const mistyped = typeCauses(demands, value, path)
  if (mistyped.length > 0) return mistyped
  const causes = joined(
    joined(enumCauses(demands, value, path), contentCauses(demands, value, path, previous)),
    demands.isCombined ? combinedCauses(demands.schema, value, path) : none
  )
  return causes.length > 0 ? causes : ruleCauses(demands, value, path)
}

const contentCauses = (demands: Demands, value: unknown, path: string, previous: unknown): Causes => {
  if (typeof value === "string") return stringCauses(demands.schema, value, path)
  if (typeof value === "number") return numberCauses(demands.schema, value, path)
  if (Array.isArray(value)) return arrayCauses(demands, value, path, Array.isArray(previous) ? previous : none)
  return isJsonObject(value) ? objectCauses(demands, value, path, isJsonObject(previous) ? previous : nothing) : none
}

const nothing: JsonObject = {}

/** Of the rules in CEL those that our own definitions have; no other is evaluated here. Like the API server, only of what fits its types and bounds. */
const ruleCauses = ({ rules }: Demands, value: unknown, path: string): Causes => {
  if (rules === undefined) return none
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

const typeCauses = ({ isIntOrString, type: wanted }: Demands, value: unknown, path: string): Causes => {
  if (wanted === undefined && !isIntOrString) return none
  const found = typeName(value)
  if (isIntOrString) {
    return found === "integer" || found === "string"
      ? none
      : [wrongType(path, found, `${path} in body must be of type integer,string: ${JSON.stringify(found)}`)]
  }
  if (wanted === found || (wanted === "number" && found === "integer")) return none
  return [wrongType(path, found, `${path} in body must be of type ${wanted}: ${JSON.stringify(found)}`)]
}

const enumCauses = ({ allowed }: Demands, value: unknown, path: string): Causes =>
  allowed === undefined || allowed.some((each) => equalJson(each, value)) ? none : [notSupported(path, value, allowed)]

const arrayCauses = (
  { items, schema }: Demands,
  value: ReadonlyArray<unknown>,
  path: string,
  previous: ReadonlyArray<unknown>
): Causes => {
  const { maxItems, minItems } = schema
  let causes = none
  if (typeof maxItems === "number" && value.length > maxItems) {
    causes = [invalidValue(path, value.length, `${path} in body should have at most ${maxItems} items`)]
  }
  if (typeof minItems === "number" && value.length < minItems) {
    causes = joined(causes, [
      invalidValue(path, value.length, `${path} in body should have at least ${minItems} items`)
    ])
  }
  if (items !== undefined) {
    for (const [index, item] of value.entries()) {
      causes = joined(causes, causesAt(items, item, itemAt(path, index), previous[index]))
    }
  }
  return joined(causes, uniqueCauses(schema, value, path))
}

/** Items of a set, and the keys of a map's items, occur once. */
const uniqueCauses = (schema: StructuralSchema, value: ReadonlyArray<unknown>, path: string): Causes => {
  const keys = schema["x-kubernetes-list-map-keys"]
  const identity = schema["x-kubernetes-list-type"] === "set"
    ? (item: unknown) => item
    : schema["x-kubernetes-list-type"] === "map" && Array.isArray(keys)
    ? (item: unknown) => isJsonObject(item) ? Object.fromEntries(keys.map((key) => [key, item[String(key)]])) : item
    : undefined
  if (identity === undefined || schema[doublesAllowed] === true) return none
  const seen = new Set<string>()
  return value.flatMap((item, index) => {
    const id = identity(item)
    const text = JSON.stringify(id)
    if (seen.has(text)) return [duplicate(`${path}[${index}]`, id)]
    seen.add(text)
    return []
  })
}

const objectCauses = (demands: Demands, value: JsonObject, path: string, previous: JsonObject): Causes => {
  const { maxProperties, minProperties } = demands.schema
  const keys = Object.keys(value)
  const count = keys.length
  let causes = none
  for (const key of demands.required) {
    if (!Object.hasOwn(value, key) || value[key] === undefined) causes = joined(causes, [required(fieldAt(path, key))])
  }
  if (typeof maxProperties === "number" && count > maxProperties) {
    causes = joined(causes, [
      invalidValue(path, count, `${path} in body should have at most ${maxProperties} properties`)
    ])
  }
  if (typeof minProperties === "number" && count < minProperties) {
    causes = joined(causes, [
      invalidValue(path, count, `${path} in body should have at least ${minProperties} properties`)
    ])
  }
  for (const key of keys) {
    const field = value[key]
    // What is as it was is not even named.
    if (field === undefined || field === previous[key]) continue
    const known = demands.fields.get(key) ?? demands.additional
    if (known !== undefined) causes = joined(causes, causesAt(known, field, fieldAt(path, key), previous[key]))
  }
  return causes
}

const schemasIn = (value: unknown): ReadonlyArray<StructuralSchema> =>
  Array.isArray(value) ? value.filter(isJsonObject) : []

const combining = ["allOf", "anyOf", "oneOf", "not"]

const combinedCauses = (schema: StructuralSchema, value: unknown, path: string): Causes => {
  const any = schemasIn(schema["anyOf"])
  const one = schemasIn(schema["oneOf"])
  const fits = (each: StructuralSchema) => schemaCauses(each, value, nowhere).length === 0
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
