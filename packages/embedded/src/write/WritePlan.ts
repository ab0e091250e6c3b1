/** What every write is given and what it answers. Deciding is synchronous and changes nothing; the client stores the changes. */
import { formatMillis } from "@orchestrator/domain/Retention"
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { Result } from "effect"
import type { ServedKind, ServedKinds } from "../kinds/ServedKinds.ts"
import type { StoredObject } from "../objects/StoredObject.ts"
import type { Change, ObjectStore } from "../store/ObjectStore.ts"

export interface WriteContext {
  readonly served: ServedKind
  readonly kinds: ServedKinds
  readonly store: ObjectStore
  readonly millis: number
  /** RFC 3339, whole seconds. */
  readonly now: string
  /** In [0, 1). */
  readonly random: () => number
}

export interface WritePlan {
  /** The answer. When it is the object of a change, it is answered with that change's resourceVersion. */
  readonly object: StoredObject
  readonly changes: ReadonlyArray<Change>
}

export type PlannedWrite = Result.Result<WritePlan, KubernetesErrorReason>

/** RFC 3339 in whole seconds, as metadata's times are written. */
export { formatMillis as timeOf }

export const randomUid = (random: () => number): string => {
  const hex = (digits: number) => Math.floor(random() * 16 ** digits).toString(16).padStart(digits, "0")
  const variant = (8 + Math.floor(random() * 4)).toString(16)
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${variant}${hex(3)}-${hex(8)}${hex(4)}`
}

const suffixAlphabet = "bcdfghjklmnpqrstvwxz2456789"

/** `prefix` with five random characters, cut so that the name stays within 63. */
export const generateName = (prefix: string, random: () => number): string => {
  const suffix = Array.from({ length: 5 }, () => suffixAlphabet[Math.floor(random() * suffixAlphabet.length)])
  return prefix.slice(0, 58) + suffix.join("")
}
