/** Words to write OpenAPI schemas of built-in kinds in: short, each field with what it means. */

export interface Schema {
  readonly [key: string]: unknown
  readonly description?: string
}

export type Fields = Readonly<Record<string, Schema>>

export const text = (description: string): Schema => ({ type: "string", description })
export const time = (description: string): Schema => ({ type: "string", format: "date-time", description })
export const int = (description: string): Schema => ({ type: "integer", format: "int32", description })
export const long = (description: string): Schema => ({ type: "integer", format: "int64", description })
export const flag = (description: string): Schema => ({ type: "boolean", description })
export const texts = (description: string): Schema => ({ type: "array", items: { type: "string" }, description })
export const ints = (description: string): Schema => ({ type: "array", items: { type: "integer" }, description })
export const textMap = (description: string): Schema => ({
  type: "object",
  additionalProperties: { type: "string" },
  description
})
/** An object whose fields are not told here. */
export const open = (description: string): Schema => ({
  type: "object",
  "x-kubernetes-preserve-unknown-fields": true,
  description
})

const prefix = "#/components/schemas/"

const target = (name: string): Schema => ({ $ref: `${prefix}${name}` })

/** Another definition, by its name. */
export const ref = (name: string, description: string): Schema => ({ allOf: [target(name)], description })

/** A list of another definition's objects; with a merge key, strategic patches merge them by it. */
export const list = (name: string, description: string, mergeKey?: string): Schema => ({
  type: "array",
  items: target(name),
  description,
  ...(mergeKey === undefined ? {} : {
    "x-kubernetes-patch-strategy": "merge",
    "x-kubernetes-patch-merge-key": mergeKey,
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": [mergeKey]
  })
})

export const object = (description: string, properties: Fields, required: ReadonlyArray<string> = []): Schema => ({
  type: "object",
  description,
  properties,
  ...(required.length === 0 ? {} : { required })
})

/** Names of the definitions that a schema refers to. */
export const referencesOf = (schema: unknown): ReadonlyArray<string> => {
  if (Array.isArray(schema)) return schema.flatMap(referencesOf)
  if (typeof schema !== "object" || schema === null) return []
  return Object.entries(schema).flatMap(([key, value]) =>
    key === "$ref" && typeof value === "string" ? [value.slice(prefix.length)] : referencesOf(value)
  )
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
