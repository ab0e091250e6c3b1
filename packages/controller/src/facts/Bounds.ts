/** Bounds of what is kept of foreign JSON. Sizes are in characters, with some for every value. */
import { makeRecent } from "@orchestrator/domain/Recent"
import { clip } from "@orchestrator/domain/Text"
import { identity } from "effect"

/** Longer than any name, reason or time of ours. */
const longestName = 317
/** What is shown of words of the cluster. */
const longestWords = 1024
/** Entries of a list that anybody can make longer. */
export const mostEntries = 16

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
const bounded = (text: string, max: number): string => text.length <= max ? text : detached(clip(text, max))

/** The same list without the room for some sixteen more that V8 gives one which was put together. */
export const exact = <A>(list: ReadonlyArray<A>): ReadonlyArray<A> => list.slice()

const recent = makeRecent<string, string>(1000)

/** One text for all that have said the same of late: an object's times, names and reasons, and those of others that come with it. */
const recentText = (text: string): string => recent(text, identity)

/** A copy of JSON of which each text is there once. */
const withSharedTexts = (value: unknown): unknown => {
  if (typeof value === "string") return value.length > longestName ? value : recentText(value)
  if (typeof value !== "object" || value === null) return value
  return Array.isArray(value) ? value.map(withSharedTexts) : sharedFields(value)
}

export const sharedFields = (fields: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, withSharedTexts(value)]))

/** A name, a time or a reason. */
export const named = (text: string): string =>
  text.length <= longestName ? recentText(text) : bounded(text, longestName)
export const namedIf = (text: string | undefined): string | undefined => text === undefined ? undefined : named(text)

/** What a label or an annotation says; undefined where that is longer than anything of ours. */
export const markOf = (marks: Readonly<Record<string, string>> | undefined, name: string): string | undefined => {
  const text = marks?.[name]
  return text === undefined || text.length > longestName ? undefined : recentText(text)
}

/** What the cluster says. */
export const words = (text: string): string => bounded(text, longestWords)

const texts = new Map<string, string>()

/** One text for all objects that have the same, of those that few have. */
export const shared = (text: string): string => {
  if (text.length > longestName) return named(text)
  const known = texts.get(text)
  if (known !== undefined) return known
  if (texts.size < 1000) texts.set(text, text)
  return text
}
