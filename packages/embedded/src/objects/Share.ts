/**
 * Values on their way into the store: frozen, sharing nothing with the caller, and sharing with the previous version every part that is
 * equal to it. What comes out is `previous` itself exactly when nothing differs.
 */
import { isJsonObject, type JsonObject, setField } from "./StoredObject.ts"

export const share = <A>(previous: unknown, next: A): A => shared(previous, next) as A

/** A frozen copy. */
export const freeze = <A>(value: A): A => share(undefined, value)

/** Equality of JSON values; fields that are undefined count as absent. */
export const equalJson = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => equalJson(item, b[index]))
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false
  const keys = Object.keys(a)
  let absent = 0
  for (const key of keys) {
    if (a[key] === undefined) absent++
    else if (!equalJson(a[key], own(b, key))) return false
  }
  return keys.length - absent === present(b)
}

const own = (object: JsonObject, key: string): unknown => Object.hasOwn(object, key) ? object[key] : undefined

const present = (object: JsonObject): number => {
  let count = 0
  for (const key of Object.keys(object)) if (object[key] !== undefined) count++
  return count
}

/** Larger objects that were made here: nobody can change anything of them, so that they may be had again. */
const made = new WeakSet<object>()
const fewestFields = 6

const shared = (previous: unknown, next: unknown): unknown => {
  if (previous === next || typeof next !== "object" || next === null) return next
  if (previous === undefined && made.has(next)) return next
  if (Array.isArray(next)) return sharedArray(Array.isArray(previous) ? previous : undefined, next)
  return sharedObject(isJsonObject(previous) ? previous : undefined, next as JsonObject)
}

const sharedArray = (previous: ReadonlyArray<unknown> | undefined, next: ReadonlyArray<unknown>): unknown => {
  let same = previous !== undefined && previous.length === next.length
  const copy: Array<unknown> = []
  for (let index = 0; index < next.length; index++) {
    const item = shared(previous?.[index], next[index])
    if (same && item !== previous?.[index]) same = false
    copy.push(item)
  }
  return same ? previous : Object.freeze(copy)
}

const sharedObject = (previous: JsonObject | undefined, next: JsonObject): unknown => {
  const copy: Record<string, unknown> = {}
  let same = previous !== undefined
  let count = 0
  for (const key of Object.keys(next)) {
    const value = next[key]
    if (value === undefined || typeof value === "function") continue
    const before = previous === undefined ? undefined : own(previous, key)
    const item = shared(before, value)
    if (same && item !== before) same = false
    setField(copy, key, item)
    count++
  }
  if (same && previous !== undefined && Object.keys(previous).length === count) return previous
  Object.freeze(copy)
  if (count >= fewestFields) made.add(copy)
  return copy
}
