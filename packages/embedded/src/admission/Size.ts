/** About how many bytes a value takes as JSON: exact for texts without escapes, which is what large values are made of. */
import { isJsonObject } from "../objects/StoredObject.ts"

export const jsonSize = (value: unknown): number => {
  if (typeof value === "string") return value.length < 64 ? value.length + 2 : Buffer.byteLength(value) + 2
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + jsonSize(item) + 1, 2)
  if (!isJsonObject(value)) return 5
  let sum = 2
  for (const key of Object.keys(value)) sum += key.length + 4 + jsonSize(value[key])
  return sum
}
