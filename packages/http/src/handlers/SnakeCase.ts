/** Bodies of older clients: snake_case keys, camelCase too, and `null` for what is left out. */
import { Predicate } from "effect"

const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

export interface Folded {
  readonly body: unknown
  /** The key as it was sent, by the key as it is read. */
  readonly sent: ReadonlyMap<string, string>
}

/** Below the top only keys of list items are folded; the keys of `env` are names that belong to the requester. */
const foldItems = (value: unknown): unknown =>
  Array.isArray(value) ? value.map((item) => (Predicate.isObject(item) ? fold(item).body : item)) : value

/** One spelling for every key. Of a key that is sent in both, the second is left for the decoder to refuse. */
export const fold = (input: unknown): Folded => {
  if (!Predicate.isObject(input)) return { body: input, sent: new Map() }
  const nameOf = (key: string) => (Object.hasOwn(input, snake(key)) ? key : snake(key))
  const entries = Object.entries(input).filter(([, value]) => value !== null)
  return {
    body: Object.fromEntries(entries.map(([key, value]) => [nameOf(key), foldItems(value)])),
    sent: new Map(entries.map(([key]) => [nameOf(key), key]))
  }
}

/** A path in the words of the sender. */
export const asSent = (path: string, sent: ReadonlyMap<string, string>): string =>
  path.replace(/^[^.[]+/, (first) => sent.get(first) ?? first)
