/** What forges say of what went wrong: a text, or texts in lists and by the fields that they are about, under a few usual names. */
import { Predicate } from "effect"
import type { ForgeError } from "../ForgeError.ts"

/** In the order in which they are read. */
const names = ["message", "error", "error_description", "detail", "errors", "fields", "scope"]

/** Beside these, keys of an object are fields of a request. */
const silent = new Set([
  "type",
  "id",
  "data",
  "status",
  "documentation_url",
  "url",
  "code",
  "resource",
  "field",
  "context"
])

const textsIn = (value: unknown, depth = 0): ReadonlyArray<string> => {
  if (Predicate.isString(value)) return [value]
  if (depth === 4 || value === null || typeof value !== "object") return []
  if (Array.isArray(value)) return value.slice(0, 20).flatMap((each) => textsIn(each, depth + 1))
  const own = Object.entries(value)
  const known = names.flatMap((name) =>
    textsIn(Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined, depth + 1)
  )
  if (known.length > 0) return known
  const { field } = Object(value)
  if (Predicate.isString(field)) return [field]
  return own.slice(0, 20).filter(([key]) => !silent.has(key)).flatMap(([key, inner]) =>
    textsIn(inner, depth + 1).map((text) => `${key} ${text}`)
  )
}

/** Everything that a forge said, in one line; empty where it is in no shape that is known. */
export const problemWords = (said: unknown): string =>
  Predicate.isObject(said) && names.some((name) => Object.hasOwn(said, name))
    ? [...new Set(textsIn(said))].filter((text) => text !== "").join(": ")
    : ""

/** Whether a forge refused with words such as these. */
export const refusedWith = (words: RegExp) => ({ reason }: ForgeError): boolean =>
  reason._tag === "Refused" && words.test(reason.words)
