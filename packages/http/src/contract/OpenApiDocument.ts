/**
 * The generated OpenAPI document as other people's generators want it: parameters with the types that they mean, names without the
 * generator's suffix, and answers that may gain fields. Pure.
 */
import { Predicate } from "effect"

type Json = { readonly [key: string]: unknown }

/** Applies a change to every object of a document, from the leaves up. */
const rewrite = (value: unknown, change: (object: Json) => Json): unknown => {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, change))
  if (!Predicate.isObject(value)) return value
  return change(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rewrite(item, change)])))
}

const objectOf = (value: unknown): Json => Predicate.isObject(value) ? value as Json : {}

const flag = { type: "boolean", default: false }

/** Query parameters travel as texts; this is what the texts mean. */
const meant: Readonly<Record<string, Json>> = {
  limit: {
    type: "integer",
    minimum: 1,
    maximum: 500,
    default: 100,
    description: "Maximum number of runs per page"
  },
  taskId: { type: "integer", description: "Only runs of this task" },
  tail: { type: "integer", minimum: 0, maximum: 1_000_000, description: "Only this many of the last lines" },
  follow: {
    ...flag,
    description:
      "Stream until the attempt ends; waits up to 30 seconds for one that is about to start. `?follow` alone is true"
  },
  timestamps: { ...flag, description: "Prefix every line with its RFC 3339 time. `?timestamps` alone is true" }
}

const withMeaning = (object: Json): Json => {
  const meaning = object["in"] === "query" && Predicate.isString(object["name"]) ? meant[object["name"]] : undefined
  return meaning === undefined ? object : { ...object, schema: meaning }
}

const prefix = "#/components/schemas/"
const plainName = (name: string): string => name.replace(/Encoded$/, "")

const withPlainReference = (object: Json): Json => {
  const { $ref } = object
  return Predicate.isString($ref) && $ref.startsWith(prefix) ? { ...object, $ref: plainName($ref) } : object
}

const referencesOf = (value: unknown): ReadonlyArray<string> => {
  const found: Array<string> = []
  rewrite(value, (object) => {
    const { $ref } = object
    if (Predicate.isString($ref) && $ref.startsWith(prefix)) found.push($ref.slice(prefix.length))
    return object
  })
  return found
}

/** Names of the schemas that bodies of requests are made of. */
const requestSchemas = (paths: unknown, schemas: Json): ReadonlySet<string> => {
  const bodies: Array<unknown> = []
  rewrite(paths, (object) => {
    if (object["requestBody"] !== undefined) bodies.push(object["requestBody"])
    return object
  })
  const seen = new Set<string>()
  const visit = (name: string): void => {
    if (seen.has(name)) return
    seen.add(name)
    for (const reference of referencesOf(schemas[name])) visit(reference)
  }
  for (const name of referencesOf(bodies)) visit(name)
  return seen
}

const open = (object: Json): Json => {
  const { additionalProperties, ...rest } = object
  return additionalProperties === false ? rest : object
}

export const finishDocument = (document: Json): Json => {
  const plain = objectOf(rewrite(document, (object) => withPlainReference(withMeaning(object))))
  const components = objectOf(plain["components"])
  const schemas = Object.fromEntries(
    Object.entries(objectOf(components["schemas"])).map(([name, schema]) => [plainName(name), schema])
  )
  const strict = requestSchemas(plain["paths"], schemas)
  const finished = Object.entries(schemas).map((
    [name, schema]
  ) => [name, strict.has(name) ? schema : rewrite(schema, open)])
  return { ...plain, components: { ...components, schemas: Object.fromEntries(finished) } }
}

/** For operations whose body may be left out. */
export const optionalBody = (operation: Json): Json => ({
  ...operation,
  requestBody: { ...objectOf(operation["requestBody"]), required: false }
})
