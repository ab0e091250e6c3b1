/** Changes of single fields or items that keep the value itself when there are none. */
import type { JsonObject } from "../objects/StoredObject.ts"

export const mapItems = (
  items: ReadonlyArray<unknown>,
  change: (item: unknown, index: number) => unknown
): ReadonlyArray<unknown> => {
  let copy: Array<unknown> | undefined
  for (let index = 0; index < items.length; index++) {
    const item = change(items[index], index)
    if (item !== items[index]) (copy ??= [...items])[index] = item
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
