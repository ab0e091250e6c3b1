/** Changes of single fields or items that keep the value itself when there are none. */
import type { JsonObject } from "../objects/StoredObject.ts"

export const mapItems = <A>(
  items: ReadonlyArray<A>,
  change: (item: A, index: number) => A
): ReadonlyArray<A> => {
  let copy: Array<A> | undefined
  for (const [index, item] of items.entries()) {
    const changed = change(item, index)
    if (changed !== item) (copy ??= [...items])[index] = changed
  }
  return copy ?? items
}

/** A field that becomes undefined is dropped. */
export const mapFields = (object: JsonObject, change: (value: unknown, key: string) => unknown): JsonObject => {
  let copy: Record<string, unknown> | undefined
  for (const key of Object.keys(object)) {
    const value = change(object[key], key)
    if (value === object[key]) continue
    copy ??= { ...object }
    if (value === undefined) delete copy[key]
    else copy[key] = value
  }
  return copy ?? object
}
