/**
 * Fills in the defaults of a structural schema; a value that needs none comes back as it is. A null that the schema does not allow
 * counts as absent where there is a default.
 */
import { isJsonObject, type JsonObject } from "../objects/StoredObject.ts"
import { mapFields, mapItems } from "./MapValues.ts"
import { fieldSchema, type StructuralSchema } from "./StructuralSchema.ts"

export const withDefaults = <A>(schema: StructuralSchema, value: A): A => defaulted(schema, value) as A

const defaulted = (schema: StructuralSchema, value: unknown): unknown => {
  if (Array.isArray(value)) {
    const { items } = schema
    return items === undefined ? value : mapItems(value, (item) => defaulted(items, item))
  }
  if (!isJsonObject(value)) return value
  if (complete.get(value) === schema) return value
  const filled = defaultedFields(schema, value)
  if (filled === value && Object.isFrozen(value)) complete.set(value, schema)
  return filled
}

/** Frozen objects, which are in the store or from it, that have all defaults of a schema: most of a write is what was there before. */
const complete = new WeakMap<object, StructuralSchema>()

const defaultedFields = (schema: StructuralSchema, value: JsonObject): JsonObject => {
  const present = withAbsent(schema, value)
  return mapFields(present, (field, key) => {
    const known = fieldSchema(schema, key)
    return known === undefined ? field : defaulted(known, field)
  })
}

const withAbsent = (schema: StructuralSchema, value: JsonObject): JsonObject => {
  let copy: Record<string, unknown> | undefined
  for (const key of defaultKeys(schema)) {
    const field = schema.properties?.[key]
    const found = Object.hasOwn(value, key) ? value[key] : undefined
    if (found === undefined || (found === null && field?.["nullable"] !== true)) {
      copy ??= { ...value }
      copy[key] = field?.["default"]
    }
  }
  return copy ?? value
}

const keysWithDefault = new WeakMap<StructuralSchema, ReadonlyArray<string>>()

const defaultKeys = (schema: StructuralSchema): ReadonlyArray<string> => {
  const known = keysWithDefault.get(schema)
  if (known !== undefined) return known
  const keys = Object.entries(schema.properties ?? {})
    .filter(([, field]) => field["default"] !== undefined)
    .map(([key]) => key)
  keysWithDefault.set(schema, keys)
  return keys
}
