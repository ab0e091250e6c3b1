/**
 * Schemas as generators of other languages want them: names for what is used in more than one place, the patterns and formats that the
 * definitions of the cluster do not show, whole numbers without bounds that only say so, and answers that may gain fields. Pure.
 */
import { shownKey, withoutAllOf } from "@orchestrator/domain/SpecText"
import { Predicate } from "effect"
import { arrayOf, type Json, mapValues, objectOf, referencesIn, referenceTo, rewrite } from "./Json.ts"

const isSafe = (bound: unknown): boolean => Math.abs(Number(bound)) === Number.MAX_SAFE_INTEGER

/** Every time is one that `Date` of any language reads. */
const isTime = ({ description, type }: Json): boolean =>
  type === "string" && Predicate.isString(description) && description.startsWith("RFC 3339 time")

/** From the leaves up, so that the parts of a schema have had their turn. */
const plain = (schema: Json): Json => {
  const { [shownKey]: shown, maximum, minimum, ...rest } = withoutAllOf(schema)
  return {
    ...(rest["type"] === "number" && arrayOf(rest["enum"]).every(Number.isInteger) && rest["enum"] !== undefined
      ? { ...rest, type: "integer" }
      : rest),
    ...(minimum === undefined || isSafe(minimum) ? {} : { minimum }),
    ...(maximum === undefined || isSafe(maximum) ? {} : { maximum }),
    ...(isTime(schema) ? { format: "date-time" } : {}),
    ...objectOf(shown)
  }
}

const open = (object: Json): Json => {
  const { additionalProperties, ...rest } = object
  return additionalProperties === false ? rest : object
}

/** Parts without a name of their own, by the property that holds them. */
const parts: Readonly<Record<string, string>> = {
  attempts: "Attempt",
  conditions: "Condition",
  envFromSecrets: "EnvFromSecret",
  env_from_secrets: "EnvFromSecretTask",
  errors: "FieldFault",
  phase: "Phase",
  reason: "Reason",
  usage: "Usage"
}

const isPart = (schema: Json): boolean => schema["properties"] !== undefined || arrayOf(schema["enum"]).length > 1

/** Gives the parts their names; one that differs from another of its name stays where it is. */
const named = (schemas: Json): Json => {
  const found: Record<string, unknown> = { ...schemas }
  const part = (key: string, value: unknown): unknown => {
    const name = parts[key]
    const { description, items, ...schema } = objectOf(value)
    if (name === undefined) return value
    if (items !== undefined && isPart(objectOf(items))) return { ...objectOf(value), items: part(key, items) }
    if (!isPart(schema)) return value
    if (found[name] !== undefined && JSON.stringify(found[name]) !== JSON.stringify(schema)) return value
    found[name] = schema
    return { ...referenceTo(name), ...(description === undefined ? {} : { description }) }
  }
  const hoisted = mapValues(schemas, (schema) =>
    rewrite(schema, (object) => {
      const { properties } = object
      return properties === undefined
        ? object
        : { ...object, properties: mapValues(objectOf(properties), (value, key) => part(key, value)) }
    }))
  return { ...found, ...hoisted }
}

/** Names of the schemas that bodies of requests are made of. */
const requestSchemas = (paths: unknown, schemas: Json): ReadonlySet<string> => {
  const seen = new Set<string>()
  const visit = (name: string): void => {
    if (seen.has(name)) return
    seen.add(name)
    for (const reference of referencesIn(schemas[name])) visit(reference)
  }
  rewrite(paths, (object) => {
    for (const name of referencesIn(object["requestBody"])) visit(name)
    return object
  })
  return seen
}

const withoutWords = (schema: unknown): string => {
  const { description: _, ...rest } = objectOf(schema)
  return JSON.stringify(rest)
}

/** A schema that was made twice under two names is one, whatever is said of it where it is used. */
const sameNames = (schemas: Json): ReadonlyMap<string, string> =>
  new Map(
    Object.keys(schemas).flatMap((name) => {
      const first = name.replace(/(Encoded|_\d+)$/, "")
      const isSame = first !== name &&
        (schemas[first] === undefined || withoutWords(schemas[first]) === withoutWords(schemas[name]))
      return isSame ? [[name, first] as const] : []
    })
  )

export const withSchemas = (document: Json): Json => {
  const components = objectOf(document["components"])
  const names = sameNames(objectOf(components["schemas"]))
  const nameOf = (name: string): string => names.get(name) ?? name
  const renamed = objectOf(rewrite(document, (object) => {
    const [reference, ...more] = object["$ref"] === undefined ? [] : referencesIn({ $ref: object["$ref"] })
    return plain(reference === undefined || more.length > 0 ? object : { ...object, ...referenceTo(nameOf(reference)) })
  }))
  const all = objectOf(objectOf(renamed["components"])["schemas"])
  const kept = Object.entries(all).filter(([name]) => nameOf(name) === name || all[nameOf(name)] === undefined)
  const schemas = named(Object.fromEntries(kept.map(([name, schema]) => [nameOf(name), schema])))
  const strict = requestSchemas(renamed["paths"], schemas)
  const finished = mapValues(schemas, (schema, name) => strict.has(name) ? schema : rewrite(schema, open))
  return { ...renamed, components: { ...objectOf(renamed["components"]), schemas: finished } }
}
