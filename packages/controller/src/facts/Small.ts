/** Bounds of what is kept of foreign JSON. Sizes are in characters, with some for every value. */
import { clip } from "@orchestrator/domain/Text"

/** Deeper than anything of ours. */
const deepest = 8
/** What a value costs beside its characters. */
const overhead = 8

/** Stops as soon as it is known. */
export const isSmall = (value: unknown, most: number): boolean => left(value, most, deepest) >= 0

/** What is left of the characters after this value; below 0 when it takes more. */
const left = (value: unknown, most: number, depth: number): number => {
  let rest = most - overhead
  if (typeof value === "string") return rest - value.length
  if (typeof value !== "object" || value === null) return rest
  if (depth === 0) return -1
  for (const name in value) {
    rest = left(Reflect.get(value, name), rest - (Array.isArray(value) ? 0 : name.length), depth - 1)
    if (rest < 0) return rest
  }
  return rest
}

/** A copy that keeps nothing else alive: a part of a text in V8 holds on to the whole of it. */
export const detached = <A>(value: A): A => JSON.parse(JSON.stringify(value))

/** The text, or its beginning by itself. */
export const bounded = (text: string, max: number): string => text.length <= max ? text : detached(clip(text, max))
