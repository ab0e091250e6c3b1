/** Documents as trees of plain JSON. Pure. */
import { Predicate } from "effect"

export type Json = { readonly [key: string]: unknown }

export const objectOf = (value: unknown): Json => Predicate.isObject(value) ? value as Json : {}

export const arrayOf = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []

/** Applies a change to every object of a document, from the leaves up. */
export const rewrite = (value: unknown, change: (object: Json) => Json): unknown => {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, change))
  if (!Predicate.isObject(value)) return value
  return change(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rewrite(item, change)])))
}

export const mapValues = (object: Json, change: (value: unknown, key: string) => unknown): Json =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]))

const prefix = "#/components/schemas/"

export const referenceTo = (name: string): Json => ({ $ref: `${prefix}${name}` })

/** The schema that a reference names. */
export const referencedBy = (value: unknown): string | undefined => {
  const { $ref } = objectOf(value)
  return Predicate.isString($ref) && $ref.startsWith(prefix) ? $ref.slice(prefix.length) : undefined
}

export const referencesIn = (value: unknown): ReadonlyArray<string> => {
  const found: Array<string> = []
  rewrite(value, (object) => {
    const name = referencedBy(object)
    if (name !== undefined) found.push(name)
    return object
  })
  return found
}
