/**
 * The words in which built-in kinds are described: what a field means, its type, its default, and how server-side apply and strategic
 * patches merge it. Admission, patches and the OpenAPI document all read this one description. Fields that nobody here reads pass through.
 */
import { doublesAllowed, type StructuralSchema } from "../schema/StructuralSchema.ts"

export type Fields = Readonly<Record<string, StructuralSchema>>

/** Under which the OpenAPI document has a schema as a definition of its own, by the name and with the meaning that stand here. */
export const definition = Symbol("definition")

export interface Definition {
  readonly name: string
  readonly description: string
}

export const text = (description: string): StructuralSchema => ({ type: "string", description })
export const oneOf = (description: string, ...values: ReadonlyArray<string>): StructuralSchema => ({
  type: "string",
  enum: values,
  description
})
export const whole = (description: string): StructuralSchema => ({ type: "integer", description })
export const natural = (description: string): StructuralSchema => ({ type: "integer", minimum: 0, description })
export const positive = (description: string): StructuralSchema => ({ type: "integer", minimum: 1, description })
export const flag = (description: string): StructuralSchema => ({ type: "boolean", description })
/** RFC 3339, or null for none. */
export const time = (description: string): StructuralSchema => ({
  type: "string",
  format: "date-time",
  nullable: true,
  description
})
export const texts = (description: string): StructuralSchema => listOf(description, { type: "string" })
export const textMap = (description: string): StructuralSchema => ({
  type: "object",
  additionalProperties: { type: "string" },
  description
})
/** A quantity such as `500m`, or a plain number. */
export const quantity = (description: string): StructuralSchema => ({
  "x-kubernetes-int-or-string": true,
  description
})
export const quantities = (description: string): StructuralSchema => ({
  type: "object",
  additionalProperties: { "x-kubernetes-int-or-string": true },
  description
})
/** An object that is merged field by field, whatever its fields. */
export const open = (description: string): StructuralSchema => ({
  type: "object",
  "x-kubernetes-preserve-unknown-fields": true,
  description
})

export const record = (
  description: string,
  properties: Fields,
  required: ReadonlyArray<string> = []
): StructuralSchema => ({ ...open(description), properties, ...(required.length === 0 ? {} : { required }) })

/** A schema that has a definition of its own. */
export const named = (name: string, schema: StructuralSchema): StructuralSchema => ({
  ...schema,
  [definition]: { name, description: schema.description ?? "" } satisfies Definition
})

/** The same schema with what it means at this place. */
export const meaning = (description: string, schema: StructuralSchema): StructuralSchema => ({ ...schema, description })

export const defaultTo = (value: unknown, schema: StructuralSchema): StructuralSchema => ({ ...schema, default: value })

/** Replaced as a whole. */
export const atomic = (schema: StructuralSchema): StructuralSchema => ({ ...schema, "x-kubernetes-map-type": "atomic" })

/** A list that is replaced as a whole. */
export const listOf = (description: string, items: StructuralSchema): StructuralSchema => ({
  type: "array",
  items,
  description
})

/** A list whose items are told apart by these fields; strategic patches use the first. The API server checks its own lists by hand, where at all. */
export const listBy = (
  description: string,
  keys: ReadonlyArray<string>,
  items: StructuralSchema
): StructuralSchema => ({
  ...listOf(description, items),
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": keys,
  [doublesAllowed]: true
})

export const setOf = (description: string, items: StructuralSchema): StructuralSchema => ({
  ...listOf(description, items),
  "x-kubernetes-list-type": "set",
  [doublesAllowed]: true
})
