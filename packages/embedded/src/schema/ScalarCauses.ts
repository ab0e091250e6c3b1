/** Bounds of texts and numbers. */
import type { FieldCause } from "@orchestrator/k8s/KubernetesError"
import { DateTime, Option } from "effect"
import { invalidValue, tooLong } from "../objects/Causes.ts"
import type { StructuralSchema } from "./StructuralSchema.ts"

const patterns = new Map<string, RegExp | undefined>()

/** A pattern that this engine cannot read refuses nothing. */
const patternOf = (source: string): RegExp | undefined => {
  if (!patterns.has(source)) patterns.set(source, compile(source))
  return patterns.get(source)
}

const compile = (source: string): RegExp | undefined => {
  try {
    return new RegExp(source, "u")
  } catch {
    return undefined
  }
}

const none: ReadonlyArray<FieldCause> = []

export const stringCauses = (schema: StructuralSchema, value: string, path: string): ReadonlyArray<FieldCause> => {
  const { format, maxLength, minLength, pattern } = schema
  if (maxLength === undefined && minLength === undefined && pattern === undefined && format === undefined) return none
  // Characters are counted where their units do not tell: each takes one or two.
  const tooMany = typeof maxLength === "number" && value.length > maxLength && [...value].length > maxLength
  const tooFew = typeof minLength === "number" && value.length < 2 * minLength && [...value].length < minLength
  const mismatched = typeof pattern === "string" && patternOf(pattern)?.test(value) === false
  const noTime = format === "date-time" && !isTime(value)
  if (!tooMany && !tooFew && !mismatched && !noTime) return none
  return [
    ...(tooMany ? [tooLong(path, maxLength)] : []),
    ...(tooFew
      ? [invalidValue(path, value, `${path} in body should be at least ${minLength} chars long`)]
      : []),
    ...(mismatched
      ? [invalidValue(path, value, `${path} in body should match '${pattern}'`)]
      : []),
    ...(noTime
      ? [invalidValue(path, value, `${path} in body must be of type date-time: ${JSON.stringify(value)}`)]
      : [])
  ]
}

let lastTime = ""

/** Many times of an object are of the same second. */
const isTime = (text: string): boolean => {
  if (text === lastTime) return true
  const isOne = readsAsTime(text)
  if (isOne) lastTime = text
  return isOne
}

const readsAsTime = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[-+]\d\d:\d\d)$/.test(text) && Option.isSome(DateTime.make(text))

export const numberCauses = (schema: StructuralSchema, value: number, path: string): ReadonlyArray<FieldCause> => {
  const { exclusiveMaximum, exclusiveMinimum, format, maximum, minimum, multipleOf } = schema
  const isFree = minimum === undefined && maximum === undefined && multipleOf === undefined && format === undefined
  if (isFree) return none
  const should = (what: string) => [invalidValue(path, value, `${path} in body should be ${what}`)]
  return [
    ...(typeof minimum === "number" && exclusiveMinimum === true && value <= minimum
      ? should(`greater than ${minimum}`)
      : typeof minimum === "number" && value < minimum
      ? should(`greater than or equal to ${minimum}`)
      : []),
    ...(typeof maximum === "number" && exclusiveMaximum === true && value >= maximum
      ? should(`less than ${maximum}`)
      : typeof maximum === "number" && value > maximum
      ? should(`less than or equal to ${maximum}`)
      : []),
    ...(typeof multipleOf === "number" && value % multipleOf !== 0 ? should(`a multiple of ${multipleOf}`) : []),
    ...(format === "int32" && Math.abs(value) > 2 ** 31 ? should("a 32-bit integer") : [])
  ]
}
