/** About how many bytes a value takes as JSON: exact for texts without escapes, which is what large values are made of. */
import { isJsonObject } from "../objects/StoredObject.ts"

/** Of what is frozen, and so in the store or from it: most of a write is what was there before. */
const known = new WeakMap<object, number>()

export const jsonSize = (value: unknown): number => {
  if (typeof value !== "object" || value === null || !Object.isFrozen(value)) return measured(value)
  const before = known.get(value)
  if (before !== undefined) return before
  const size = measured(value)
  known.set(value, size)
  return size
}

const measured = (value: unknown): number => {
  if (typeof value === "string") return value.length < 64 ? value.length + 2 : Buffer.byteLength(value) + 2
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + jsonSize(item) + 1, 2)
  if (!isJsonObject(value)) return 5
  let sum = 2
  for (const key of Object.keys(value)) sum += key.length + 4 + jsonSize(value[key])
  return sum
}
