/** What lies in JSON, or in a tree like it, of which nothing is known. */

export type Json = { readonly [key: string]: unknown }

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const at = (node: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>((found, key) => isObject(found) ? found[key] : undefined, node)
