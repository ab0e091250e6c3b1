/** Drops the fields that a structural schema does not know, and names them. */
import { isJsonObject, type JsonObject } from "../objects/StoredObject.ts"
import { mapFields, mapItems } from "./MapValues.ts"
import { fieldSchema, preservesUnknown, type StructuralSchema } from "./StructuralSchema.ts"

export interface Pruned<A> {
  readonly value: A
  /** Paths of what was dropped: `spec.foo`, `spec.list[0].bar`. */
  readonly unknown: ReadonlyArray<string>
}

/** What every object has, whether or not its schema says so. */
const typeMeta = ["apiVersion", "kind", "metadata"]

export const pruneObject = <A extends JsonObject>(schema: StructuralSchema, object: A): Pruned<A> => {
  const unknown: Array<string> = []
  return { value: prunedFields(schema, object, "", true, unknown) as A, unknown }
}

const pruned = (schema: StructuralSchema, value: unknown, path: string, unknown: Array<string>): unknown => {
  if (Array.isArray(value)) {
    const { items } = schema
    return items === undefined
      ? value
      : mapItems(value, (item, index) => pruned(items, item, `${path}[${index}]`, unknown))
  }
  const embedded = schema["x-kubernetes-embedded-resource"] === true
  return isJsonObject(value) ? prunedFields(schema, value, path, embedded, unknown) : value
}

const prunedFields = (
  schema: StructuralSchema,
  object: JsonObject,
  path: string,
  embedded: boolean,
  unknown: Array<string>
): JsonObject =>
  mapFields(object, (value, key) => {
    if (embedded && typeMeta.includes(key)) return value
    const at = path === "" ? key : `${path}.${key}`
    const known = fieldSchema(schema, key)
    if (known !== undefined) return pruned(known, value, at, unknown)
    if (preservesUnknown(schema)) return value
    unknown.push(at)
    return undefined
  })
