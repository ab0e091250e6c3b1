/** How the parts of an object merge, as its schema says: what is one value, which lists are sets, which are maps by key. */
import { metadataSchema } from "../kinds/Metadata.ts"
import { isJsonObject, type JsonObject } from "../objects/StoredObject.ts"
import { fieldSchema, type StructuralSchema } from "../schema/StructuralSchema.ts"

export type Shape =
  | { readonly _tag: "Object"; readonly field: (key: string) => Shape }
  | { readonly _tag: "Map"; readonly keys: ReadonlyArray<MapKey>; readonly item: Shape }
  | { readonly _tag: "Set" }
  /** Merged as a whole: scalars, atomic lists and atomic objects. */
  | { readonly _tag: "Atomic" }

export interface MapKey {
  readonly name: string
  /** What an item without the key counts as. */
  readonly fallback: unknown
}

const atomic: Shape = { _tag: "Atomic" }

const shapes = new WeakMap<StructuralSchema, Shape>()

/** The shape of a whole object: its schema, with metadata as every object has it. */
export const objectShape = (schema: StructuralSchema): Shape => ({
  _tag: "Object",
  field: (key) => key === "metadata" ? shapeOf(metadataSchema) : shapeOf(fieldSchema(schema, key))
})

const unknownShape: Shape = { _tag: "Object", field: () => unknownShape }

/** Fields that no schema describes merge as objects; lists there are atomic. */
const shapeOf = (schema: StructuralSchema | undefined): Shape => {
  if (schema === undefined) return unknownShape
  const known = shapes.get(schema) ?? makeShape(schema)
  shapes.set(schema, known)
  return known
}

const makeShape = (schema: StructuralSchema): Shape => {
  if (schema["x-kubernetes-map-type"] === "atomic") return atomic
  if (schema.type === "array") return listShape(schema)
  return schema.type === "object" ? { _tag: "Object", field: (key) => shapeOf(fieldSchema(schema, key)) } : atomic
}

const listShape = (schema: StructuralSchema): Shape => {
  const keys = schema["x-kubernetes-list-map-keys"]
  if (schema["x-kubernetes-list-type"] === "set") return { _tag: "Set" }
  if (schema["x-kubernetes-list-type"] !== "map" || !Array.isArray(keys)) return atomic
  return {
    _tag: "Map",
    keys: keys.map((name) => ({ name: String(name), fallback: schema.items?.properties?.[String(name)]?.["default"] })),
    item: shapeOf(schema.items)
  }
}

/** What tells an item of a map list apart. */
export const keyValues = (keys: ReadonlyArray<MapKey>, item: unknown): JsonObject =>
  Object.fromEntries(
    keys.map(({ fallback, name }) => [name, isJsonObject(item) && item[name] !== undefined ? item[name] : fallback])
      .filter(([, value]) => value !== undefined)
  )
