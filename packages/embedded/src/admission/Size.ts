/** About how many bytes a value takes as JSON: exact for texts without escapes, which is what large values are made of. */
import { isJsonObject } from "../objects/StoredObject.ts"

/** Of what is frozen, and so in the store or from it: most of a write is what was there before. Smaller ones are measured as soon as found. */
const known = new WeakMap<object, number>()
const leastKnown = 256

export const jsonSize = (value: unknown): number => {
  if (typeof value === "string") return value.length < 64 ? value.length + 2 : Buffer.byteLength(value) + 2
  if (typeof value !== "object" || value === null) return 5
  const before = known.get(value)
  if (before !== undefined) return before
  const size = measured(value)
  if (size >= leastKnown && Object.isFrozen(value)) known.set(value, size)
  return size
}

const measured = (value: object): number => {
  let sum = 2
  if (Array.isArray(value)) {
    for (const item of value) sum += jsonSize(item) + 1
  } else if (isJsonObject(value)) {
    for (const key of Object.keys(value)) sum += key.length + 4 + jsonSize(value[key])
  }
  return sum
}
