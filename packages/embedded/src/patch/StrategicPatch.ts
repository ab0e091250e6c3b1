/**
 * Kubernetes' strategic merge patch: objects merge, lists with merge keys merge item by item, other lists are replaced. Directives:
 * `$patch: delete | replace | merge`, `$deleteFromPrimitiveList/x`, `$retainKeys`; `$setElementOrder/x` is only about order and ignored.
 */
import { equalJson } from "../objects/Share.ts"
import { isJsonObject, type JsonObject } from "../objects/StoredObject.ts"
import { keyValues, type Shape } from "./Shape.ts"

const removal = "$deleteFromPrimitiveList/"

export const strategicPatch = (shape: Shape, target: unknown, patch: unknown): unknown => {
  if (isJsonObject(patch)) return patchedObject(shape, isJsonObject(target) ? target : {}, patch)
  if (Array.isArray(patch)) return patchedList(shape, Array.isArray(target) ? target : [], patch)
  return patch
}

const patchedObject = (shape: Shape, target: JsonObject, patch: JsonObject): JsonObject => {
  if (patch["$patch"] === "replace") return withoutDirectives(patch)
  if (patch["$patch"] === "delete") return {}
  const retained = patch["$retainKeys"]
  const result: Record<string, unknown> = Array.isArray(retained)
    ? Object.fromEntries(Object.entries(target).filter(([key]) => retained.includes(key)))
    : { ...target }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(removal)) {
      const list = key.slice(removal.length)
      const gone = Array.isArray(value) ? value : []
      const kept = result[list]
      if (Array.isArray(kept)) result[list] = kept.filter((item) => !gone.some((each) => equalJson(each, item)))
    } else if (key.startsWith("$")) continue
    else if (value === null) delete result[key]
    else if (value !== undefined) result[key] = strategicPatch(fieldOf(shape, key), result[key], value)
  }
  return result
}

const fieldOf = (shape: Shape, key: string): Shape => shape._tag === "Object" ? shape.field(key) : { _tag: "Atomic" }

const withoutDirectives = (patch: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith("$")))

const patchedList = (
  shape: Shape,
  target: ReadonlyArray<unknown>,
  patch: ReadonlyArray<unknown>
): ReadonlyArray<unknown> => {
  const [replacing, ...rest] = patch
  if (isJsonObject(replacing) && replacing["$patch"] === "replace" && Object.keys(replacing).length === 1) return rest
  if (shape._tag === "Set") return [...target, ...patch.filter((item) => !target.some((each) => equalJson(each, item)))]
  return shape._tag === "Map" ? patchedMap(shape, target, patch) : patch
}

const patchedMap = (
  { item: itemShape, keys }: Extract<Shape, { _tag: "Map" }>,
  target: ReadonlyArray<unknown>,
  patch: ReadonlyArray<unknown>
): ReadonlyArray<unknown> => {
  const key = keys[0]?.name ?? ""
  const idOf = (item: unknown) => isJsonObject(item) ? item[key] : undefined
  if (patch.some((item) => isJsonObject(item) && item["$patch"] === "replace" && idOf(item) === undefined)) {
    return patch.filter((item) => idOf(item) !== undefined)
  }
  let items = target
  for (const change of patch) {
    const index = items.findIndex((item) => equalJson(idOf(item), idOf(change)) && sameOtherKeys(keys, item, change))
    if (isJsonObject(change) && change["$patch"] === "delete") items = index < 0 ? items : items.toSpliced(index, 1)
    else if (index < 0) items = [...items, isJsonObject(change) ? patchedObject(itemShape, {}, change) : change]
    else items = items.with(index, strategicPatch(mergeable(itemShape), items[index], change))
  }
  return items
}

/** Further keys only tell apart what the patch names them for. */
const sameOtherKeys = (keys: Extract<Shape, { _tag: "Map" }>["keys"], item: unknown, change: unknown): boolean => {
  const named = keys.slice(1).filter(({ name }) => isJsonObject(change) && change[name] !== undefined)
  return equalJson(keyValues(named, item), keyValues(named, change))
}

const mergeable = (shape: Shape): Shape => shape._tag === "Object" ? shape : { _tag: "Object", field: () => shape }
