/** What ConfigMaps and Secrets have in common: keys, size, immutability. */
import type { FieldCause } from "@orchestrator/k8s/KubernetesError"
import { duplicate, forbiddenField, invalidValue, tooLong } from "../objects/Causes.ts"
import { equalJson } from "../objects/Share.ts"
import type { Draft, StoredObject } from "../objects/StoredObject.ts"

type Data = Readonly<Record<string, string>>

const dataLimit = 1024 * 1024

const keyText =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"

export const keyCauses = (field: string, data: Data = {}): ReadonlyArray<FieldCause> =>
  Object.keys(data).flatMap((key) => {
    const at = `${field}[${key}]`
    if (key.length > 253) return [invalidValue(at, key, "must be no more than 253 bytes")]
    if (key === "." || key.startsWith("..")) return [invalidValue(at, key, "must not be '.' or start with '..'")]
    return /^[-._a-zA-Z0-9]+$/.test(key) ? [] : [invalidValue(at, key, keyText)]
  })

export const bothCauses = (field: string, data: Data = {}, other: Data = {}): ReadonlyArray<FieldCause> =>
  Object.keys(data).filter((key) => Object.hasOwn(other, key)).map((key) => duplicate(`${field}[${key}]`, key))

export const sizeCauses = (field: string, bytes: number): ReadonlyArray<FieldCause> =>
  bytes > dataLimit ? [tooLong(field, dataLimit)] : []

export const bytesOf = (data: Data = {}, size: (value: string) => number): number =>
  Object.values(data).reduce((sum, value) => sum + size(value), 0)

/** An immutable object stays immutable, with its data. */
export const immutableCauses = (object: Draft, previous: StoredObject): ReadonlyArray<FieldCause> => {
  if (previous["immutable"] !== true) return []
  const changed = ["data", "binaryData"].filter((field) => !equalJson(object[field], previous[field]))
  return [
    ...(object["immutable"] === true ? [] : ["immutable"]),
    ...changed
  ].map((field) => forbiddenField(field, "field is immutable when `immutable` is set"))
}
