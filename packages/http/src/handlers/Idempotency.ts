/**
 * Idempotency without memory: the key names the object and is kept on it as a label, the request as a hash beside it. So a repetition is
 * recognised after restarts and by every replica, for as long as the run exists.
 */
import { group } from "@orchestrator/domain/Labels"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { createHash } from "node:crypto"

export const keyLabel = `${group}/idempotency-key`
export const requestAnnotation = `${group}/request-hash`

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex")

const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, sorted(v)]))
    : value

/** The same for requests that say the same, whatever the order of their fields. */
export const requestHash = (request: unknown): string => `sha256-${sha256(JSON.stringify(sorted(request)))}`

/** A key as a label value. The key itself is the client's and is not kept. */
export const keyHash = (key: string): string => sha256(key).slice(0, 40)

/** The part of a run's name that its key decides. */
export const keySuffix = (key: string): string => keyHash(key).slice(0, 10)

/** What an object that was made with a key carries. */
export const keyMarks = (key: string, request: unknown) => ({
  labels: { [keyLabel]: keyHash(key) },
  annotations: { [requestAnnotation]: requestHash(request) }
})

/** How an object that is there already stands to a request: made by it, by another with its key, or by somebody else. */
export const relation = (
  { metadata }: KubernetesObject,
  key: string,
  request: unknown
): "same" | "reused" | "foreign" => {
  if (metadata.labels?.[keyLabel] !== keyHash(key)) return "foreign"
  return metadata.annotations?.[requestAnnotation] === requestHash(request) ? "same" : "reused"
}
