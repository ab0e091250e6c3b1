/**
 * Structural schemas of the built-in kinds, as far as this code base reads their fields; other fields pass through untouched. List
 * types say how server-side apply and strategic patches merge.
 */
import { doublesAllowed, type StructuralSchema } from "./StructuralSchema.ts"

export const text: StructuralSchema = { type: "string" }
export const whole: StructuralSchema = { type: "integer" }
export const natural: StructuralSchema = { type: "integer", minimum: 0 }
export const flag: StructuralSchema = { type: "boolean" }
export const texts: StructuralSchema = { type: "array", items: text }
export const textMap: StructuralSchema = { type: "object", additionalProperties: text }
/** A quantity such as `500m`, or a plain number. */
export const quantity: StructuralSchema = { "x-kubernetes-int-or-string": true }
export const quantities: StructuralSchema = { type: "object", additionalProperties: quantity }
/** An object that is merged field by field, whatever its fields. */
export const open: StructuralSchema = { type: "object", "x-kubernetes-preserve-unknown-fields": true }

export const oneOf = (...values: ReadonlyArray<string>): StructuralSchema => ({ type: "string", enum: values })

export const record = (
  properties: Readonly<Record<string, StructuralSchema>>,
  required: ReadonlyArray<string> = []
): StructuralSchema => ({
  ...open,
  properties,
  ...(required.length === 0 ? {} : { required })
})

export const defaultTo = (value: unknown, schema: StructuralSchema): StructuralSchema => ({ ...schema, default: value })

/** Replaced as a whole. */
export const atomic = (schema: StructuralSchema): StructuralSchema => ({ ...schema, "x-kubernetes-map-type": "atomic" })

/** A list that is replaced as a whole. */
export const listOf = (items: StructuralSchema): StructuralSchema => ({ type: "array", items })

/** A list whose items are told apart by these fields; strategic patches use the first. */
export const listBy = (keys: ReadonlyArray<string>, items: StructuralSchema): StructuralSchema => ({
  type: "array",
  items,
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": keys,
  [doublesAllowed]: true
})

/** The API server checks its own lists by hand, where at all. */
export const setOf = (items: StructuralSchema): StructuralSchema => ({
  type: "array",
  items,
  "x-kubernetes-list-type": "set",
  [doublesAllowed]: true
})

export const conditions: StructuralSchema = listBy(
  ["type"],
  record({ type: text, status: text, reason: text, message: text }, ["type", "status"])
)
