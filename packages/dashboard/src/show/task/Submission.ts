/**
 * The key that makes submitting safe to repeat: the same request again has the same key, whatever became of the answer, and another request
 * another one. Pure.
 */
import { fnv1a } from "@orchestrator/domain/Hash"
import type { NewRunRequest } from "./TaskForm.ts"

export interface Submission {
  readonly key: string
  /** Tells requests apart without repeating what is in them. */
  readonly digest: string
}

/** `fresh` is taken where this request has not been sent before. */
export const submissionOf = (
  last: Submission | undefined,
  kind: string,
  request: NewRunRequest,
  fresh: string
): Submission => {
  const digest = fnv1a(JSON.stringify([kind, request]))
  return last?.digest === digest ? last : { key: fresh, digest }
}

/** Undefined for what is none. */
export const readSubmission = (kept: string | null): Submission | undefined => {
  const [, key, digest] = /^([0-9a-f]{32}) ([0-9a-f]{16})$/.exec(kept ?? "") ?? []
  return key === undefined || digest === undefined ? undefined : { key, digest }
}

export const keptSubmission = ({ digest, key }: Submission): string => `${key} ${digest}`
