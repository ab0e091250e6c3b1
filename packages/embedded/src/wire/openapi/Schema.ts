/**
 * Structural schemas as the OpenAPI documents have them: definitions with a name of their own stand once and are referred to, and what only
 * the server needs is left out.
 */
import type { StructuralSchema } from "@orchestrator/domain/CustomResourceDefinition"
import { type Definition, definition } from "../../kinds/Describe.ts"

export interface Schema {
  readonly [key: string]: unknown
}

const prefix = "#/components/schemas/"

const target = (name: string): Schema => ({ $ref: `${prefix}${name}` })

/** Another definition, by its name. */
const ref = (name: string, description: string): Schema => ({ allOf: [target(name)], description })

/** The definition's name, where the schema is one. */
export const definedAs = (schema: StructuralSchema): Definition | undefined =>
  (schema as { readonly [definition]?: Definition })[definition]

/** A schema and the definitions that it refers to, which are added to those already found. */
export const toOpenApi = (schema: StructuralSchema, found: Map<string, Schema>): Schema => {
  const own = definedAs(schema)
  if (own === undefined) return plain(schema, found)
  if (!found.has(own.name)) {
    found.set(own.name, {})
    found.set(own.name, { ...plain(schema, found), description: own.description })
  }
  return schema.description === undefined || schema.description === own.description
    ? target(own.name)
    : ref(own.name, schema.description)
}

const isSchema = (value: unknown): value is StructuralSchema => typeof value === "object" && value !== null

const plain = (schema: StructuralSchema, found: Map<string, Schema>): Schema => {
  const { additionalProperties, description, format, items, properties, required, type } = schema
  const values = schema["enum"]
  const isOpen = schema["x-kubernetes-preserve-unknown-fields"] === true && properties === undefined
  return {
    type: type ?? "string",
    ...(description === undefined ? {} : { description }),
    ...(format === undefined ? {} : { format }),
    ...(values === undefined ? {} : { enum: values }),
    ...(isOpen ? { "x-kubernetes-preserve-unknown-fields": true } : {}),
    ...(properties === undefined ? {} : {
      properties: Object.fromEntries(Object.entries(properties).map(([key, field]) => [key, toOpenApi(field, found)]))
    }),
    ...(required === undefined ? {} : { required }),
    ...(isSchema(additionalProperties) ? { additionalProperties: toOpenApi(additionalProperties, found) } : {}),
    ...(items === undefined ? {} : { items: toOpenApi(items, found), ...merging(schema) })
  }
}

/** How patches of kubectl's merge a list, in the words that it reads. */
const merging = (schema: StructuralSchema): Schema => {
  const type = schema["x-kubernetes-list-type"]
  const keys = schema["x-kubernetes-list-map-keys"]
  if (type === undefined) return {}
  return {
    "x-kubernetes-list-type": type,
    "x-kubernetes-patch-strategy": "merge",
    ...(Array.isArray(keys) ? { "x-kubernetes-list-map-keys": keys, "x-kubernetes-patch-merge-key": keys[0] } : {})
  }
}

/** The same schema in OpenAPI v2, where definitions are elsewhere. */
export const toV2 = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(toV2)
  if (typeof schema !== "object" || schema === null) return schema
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === "$ref" && typeof value === "string" ? value.replace(prefix, "#/definitions/") : toV2(value)
    ])
  )
}
