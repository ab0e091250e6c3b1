/** Objects as the store keeps them: frozen, with a complete identity. A draft is an object on its way in. */
import type { KubernetesObject, Metadata } from "@orchestrator/k8s/Objects"
import { Predicate } from "effect"

export type JsonObject = Readonly<Record<string, unknown>>

export const isJsonObject = (value: unknown): value is JsonObject => Predicate.isObject(value)

export interface Draft extends KubernetesObject {
  readonly [field: string]: unknown
}

export interface StoredMetadata extends Metadata {
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  readonly creationTimestamp: string
}

export interface StoredObject extends Draft {
  readonly metadata: StoredMetadata
}

/** A caller's object on its way in. */
export const draftOf = (object: KubernetesObject): Draft => ({ ...object })

/** The object as the kind's wire form, which it has by its place in the store. */
export const viewAs = <A extends KubernetesObject>(object: KubernetesObject): A => object as A

/** Key of an object within its kind; sorting keys sorts by namespace, then name, as etcd does. */
export const objectKey = (namespace: string | undefined, name: string): string => `${namespace ?? ""}/${name}`

export const keyOf = ({ metadata }: StoredObject): string => objectKey(metadata.namespace, metadata.name)

/** Sets a field, also one that would set the prototype. */
export const setField = (target: Record<string, unknown>, field: string, value: unknown): void => {
  if (field === "__proto__") {
    Object.defineProperty(target, field, { value, enumerable: true, configurable: true, writable: true })
  } else target[field] = value
}

/** The object without the fields named; what lost a field by `delete` would be slow to read from then on. */
export const without = (object: object, ...fields: ReadonlyArray<string>): JsonObject => {
  const rest: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(object)) if (!fields.includes(field)) setField(rest, field, value)
  return rest
}
