/**
 * Idempotency without memory: user and key name the object and are kept on it as a label, the request as a hash beside it. So a repetition
 * is recognised after restarts and by every replica, for as long as the run exists. Keys of two users have nothing to do with each other.
 */
import { group } from "@orchestrator/domain/Labels"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { createHash } from "node:crypto"
import type { User } from "../contract/Access.ts"
import { isRequestedBy } from "./RequestedBy.ts"

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

/** A key as a label value, and whose it is. The key itself is the client's and is not kept. */
export const keyHash = ({ uid = "", username }: User, key: string): string =>
  sha256(JSON.stringify([username, uid, key])).slice(0, 40)

/** The part of a run's name that its key decides. */
export const keySuffix = (user: User, key: string): string => keyHash(user, key).slice(0, 10)

/** What an object that was made with a key carries. */
export const keyMarks = (user: User, key: string, request: unknown) => ({
  labels: { [keyLabel]: keyHash(user, key) },
  annotations: { [requestAnnotation]: requestHash(request) }
})

/** A request with its key. */
export interface Keyed {
  readonly user: User
  readonly key: string
  readonly request: unknown
  /** What it asks for, everything filled in. */
  readonly spec: Spec
}

type Spec = Readonly<Record<string, unknown>>

/** Attempts and stopping come after creation, and make no other work of it. */
const workOf = ({ cancelVersion: _, ...spec }: Spec): Spec => ({ ...spec, contextVersion: 0, cancel: false })

/**
 * How an object that is there already stands to a request: made by it, by another of this user's with its key, or by somebody else. Whoever
 * may make runs can write all of its marks, so nothing is taken for this request's that asks for other work or names another user.
 */
export const relation = (
  { metadata, spec }: CustomObject,
  { key, request, spec: wanted, user }: Keyed
): "same" | "reused" | "foreign" => {
  if (metadata.labels?.[keyLabel] !== keyHash(user, key) || !isRequestedBy({ metadata }, user)) return "foreign"
  return metadata.annotations?.[requestAnnotation] === requestHash(request) &&
      requestHash(workOf(spec)) === requestHash(workOf(wanted))
    ? "same"
    : "reused"
}
