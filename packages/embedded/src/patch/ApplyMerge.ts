/** The two halves of server-side apply on the object itself: laying a configuration over it, and taking fields away. */
import { isJsonObject, type JsonObject } from "../objects/StoredObject.ts"
import { partsOf } from "./FieldDiff.ts"
import { childPath, type FieldPath, type FieldPaths, isItemPath, isWithin, rootPath } from "./FieldPaths.ts"
import { mergeOrdered } from "./MergeOrdered.ts"
import { keyValues, type Shape } from "./Shape.ts"

/** A null in the configuration says nothing. */
export const applyConfiguration = (shape: Shape, live: unknown, applied: unknown): unknown => {
  if (shape._tag === "Object" && isJsonObject(applied)) {
    const merged: Record<string, unknown> = isJsonObject(live) ? { ...live } : {}
    for (const [key, value] of Object.entries(applied)) {
      if (value !== null && value !== undefined) merged[key] = applyConfiguration(shape.field(key), merged[key], value)
    }
    return merged
  }
  if (!Array.isArray(applied) || !Array.isArray(live)) return applied
  if (shape._tag === "Set") return mergeOrdered(live, applied, (item) => JSON.stringify(item), (_live, item) => item)
  if (shape._tag !== "Map") return applied
  const { item: itemShape, keys } = shape
  const idOf = (item: unknown) => JSON.stringify(keyValues(keys, item))
  return mergeOrdered(live, applied, idOf, (before, item) => applyConfiguration(itemShape, before, item))
}

/**
 * The object without these fields, and without what they leave empty. Nothing that is kept goes, nor a field that holds something kept;
 * an item of a list goes with all of its fields when nobody keeps the item itself.
 */
export const removeFields = (
  shape: Shape,
  object: JsonObject,
  removed: FieldPaths,
  kept: FieldPaths
): JsonObject => {
  const holdsKept = (path: FieldPath) => [...kept].some((each) => isWithin(each, path))
  const goes = (path: FieldPath) => removed.has(path) && !kept.has(path) && (isItemPath(path) || !holdsKept(path))
  const visit = (part: Shape, value: unknown, path: FieldPath): unknown => {
    const parts = partsOf(part, value)
    if (parts === undefined) return value
    const left = parts.flatMap((each) => {
      const at = childPath(path, each.element)
      const remains = goes(at) ? undefined : visit(each.shape, each.value, at)
      return remains === undefined ? [] : [{ element: each.element, value: remains, before: each.value }]
    })
    if (left.length === parts.length && left.every(({ before, value }) => before === value)) return value
    if (left.length === 0 && path !== rootPath) return undefined
    return Array.isArray(value)
      ? left.map(({ value: item }) => item)
      : Object.fromEntries(left.map(({ element, value: field }) => [element.slice(2), field]))
  }
  const remains = visit(shape, object, rootPath)
  return isJsonObject(remains) ? remains : object
}

/** A null in a configuration says nothing. */
export const withoutNulls = (object: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== null).map(([key, value]) => [key, cleaned(value)])
  )

const cleaned = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(cleaned) : isJsonObject(value) ? withoutNulls(value) : value
