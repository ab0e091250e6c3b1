/** RFC 7396. */
import { isJsonObject, type JsonObject } from "../objects/StoredObject.ts"

export const mergePatch = (target: unknown, patch: unknown): unknown => {
  if (!isJsonObject(patch)) return patch
  const result: Record<string, unknown> = isJsonObject(target) ? { ...target } : {}
  for (const key of Object.keys(patch)) {
    if (patch[key] === null) delete result[key]
    else if (patch[key] !== undefined) result[key] = mergePatch(result[key], patch[key])
  }
  return result satisfies JsonObject
}
