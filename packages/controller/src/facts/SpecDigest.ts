/** Hashes of what an attempt works on, by which an edit of the spec is known, and of its prompt. */
import { fnv1a32 } from "@orchestrator/domain/Hash"
import type { Fields } from "./RunStatus.ts"

/** Fields that act at once, whatever runs. */
const atOnce: ReadonlySet<string> = new Set(["cancel", "cancelVersion", "contextVersion", "suspend", "priority"])

/** Deeper than any spec that its definition lets pass. */
const deepest = 8

/** With sorted keys: one text for one value. */
const ordered = (value: unknown, depth = deepest): unknown => {
  if (typeof value !== "object" || value === null || depth === 0) return typeof value === "object" ? null : value
  if (Array.isArray(value)) return value.map((each) => ordered(each, depth - 1))
  return Object.fromEntries(
    Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, inner]) => [key, ordered(inner, depth - 1)])
  )
}

export const specDigest = (spec: Fields): string =>
  fnv1a32(JSON.stringify(ordered(Object.fromEntries(Object.entries(spec).filter(([key]) => !atOnce.has(key))))))

export const promptDigest = (prompt: unknown): string | undefined =>
  typeof prompt === "string" ? fnv1a32(prompt) : undefined
