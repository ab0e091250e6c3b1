/** Edits of a spec while an attempt runs: known by a hash on its Job, and kept for the next contextVersion. */
import { fnv1a32 } from "@orchestrator/domain/Hash"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import type { ObservedJob, ObservedRun } from "../facts/Observed.ts"

/** Fields that act at once, whatever runs. */
const atOnce: ReadonlySet<string> = new Set(["cancel", "contextVersion"])

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

/** What is noted on a Job: the generation, which tells at once that nothing was edited, and a hash of what an attempt works on. */
export const specHash = ({ generation, object }: ObservedRun): string => `${generation}:${hashOf(object)}`

/** Of a spec that a store has not whole, what was noted of it when it had. */
const hashOf = ({ reduced, spec }: ObservedRun["object"]): string => reduced?.digest ?? specDigest(spec)

/** Hash of what an attempt works on. */
export const specDigest = (spec: CustomObject["spec"]): string =>
  fnv1a32(JSON.stringify(ordered(Object.fromEntries(Object.entries(spec).filter(([key]) => !atOnce.has(key))))))

/** Whether the spec is another than the one that the Job was made from; an edit that was taken back is none. */
export const isEdited = (run: ObservedRun, { specHash: noted }: ObservedJob): boolean => {
  const [generation, hash] = noted?.split(":") ?? []
  return hash !== undefined && generation !== String(run.generation) && hash !== hashOf(run.object)
}

/**
 * The context version that the standing promptModification was given for. One that an earlier version has worked with is not given to the
 * agent again: it is in the session that goes on, and was about what came before.
 */
export const promptVersion = ({ attempt: { contextVersion }, status }: ObservedRun, text: string): number =>
  status.promptModification === text ? status.promptVersion ?? status.contextVersion ?? contextVersion : contextVersion
