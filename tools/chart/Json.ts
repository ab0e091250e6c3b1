/** JSON values and how to reach into them. */

export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** What lies at the end of these keys. */
export const valueIn = (tree: Json | undefined, ...keys: ReadonlyArray<string>): Json | undefined =>
  keys.reduce<Json | undefined>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)]
    return isObject(at) ? at[key] : undefined
  }, tree)

/** The tree with a value at a dotted path. */
export const withValue = (tree: JsonObject, path: string, value: Json): JsonObject => {
  const [key = "", ...rest] = path.split(".")
  const below = tree[key]
  return { ...tree, [key]: rest.length === 0 ? value : withValue(isObject(below) ? below : {}, rest.join("."), value) }
}
