/** Texts that should be JSON, of whoever it may be. */
import { Option, Predicate, Schema } from "effect"

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

/** Undefined where it is none. */
export const jsonOf = (text: string): unknown => Option.getOrUndefined(decode(text))

/** Whether it is an object that has this key. */
export const isJsonWith = (text: string, key: string): boolean => {
  const value = jsonOf(text)
  return Predicate.isObject(value) && Object.hasOwn(value, key)
}
