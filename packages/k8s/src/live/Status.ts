/** The `Status` object that an API server answers with when it refuses, as the reason of our error. */
import { Predicate } from "effect"
import type { FieldCause, KubernetesErrorReason } from "../KubernetesError.ts"

const causeOf = (cause: unknown): ReadonlyArray<FieldCause> => {
  if (!Predicate.isObject(cause)) return []
  const { field, message, reason }: { field?: unknown; message?: unknown; reason?: unknown } = cause
  return [{ field: String(field ?? ""), reason: String(reason ?? ""), message: String(message ?? "") }]
}

interface Refusal {
  readonly message: string
  readonly reason: string
  readonly causes: ReadonlyArray<FieldCause>
  readonly retryAfterSeconds: number | undefined
}

const read = (body: unknown, fallback: string): Refusal => {
  const status: {
    readonly kind?: unknown
    readonly message?: unknown
    readonly reason?: unknown
    readonly details?: unknown
  } = Predicate.isObject(body) ? body : {}
  const details: { readonly causes?: unknown; readonly retryAfterSeconds?: unknown } =
    Predicate.isObject(status.details) ? status.details : {}
  return {
    message: typeof status.message === "string" && status.message !== "" ? status.message : fallback,
    reason: typeof status.reason === "string" ? status.reason : "",
    causes: Array.isArray(details.causes) ? details.causes.flatMap(causeOf) : [],
    retryAfterSeconds: typeof details.retryAfterSeconds === "number" && details.retryAfterSeconds > 0
      ? Math.min(details.retryAfterSeconds, longestWait)
      : undefined
  }
}

/** A number beyond this is nobody's wish. */
const longestWait = 3600

/** Seconds of a `Retry-After` header; dates are not used by API servers. */
const seconds = (header: string | undefined): number | undefined =>
  header !== undefined && /^\d+$/.test(header) ? Math.min(Number(header), longestWait) : undefined

/**
 * @param body the decoded answer, or its text where it was no JSON
 */
export const reasonOf = (code: number, body: unknown, retryAfter?: string): KubernetesErrorReason => {
  const fallback = typeof body === "string" && body.trim() !== ""
    ? body.trim().slice(0, 500)
    : `the server answered ${code}`
  const { causes, message, reason, retryAfterSeconds } = read(body, fallback)
  const wait = retryAfterSeconds ?? seconds(retryAfter)
  const retry = wait === undefined ? {} : { retryAfterSeconds: wait }
  switch (code) {
    case 400:
      return { _tag: "BadRequest", message }
    case 401:
      return { _tag: "Unauthorized", message }
    case 403:
      return { _tag: "Forbidden", message }
    case 404:
      return { _tag: "NotFound", message }
    case 405:
      return { _tag: "MethodNotAllowed", message }
    case 409:
      return { _tag: reason === "AlreadyExists" ? "AlreadyExists" : "Conflict", message }
    case 410:
      return { _tag: "Gone", message }
    case 422:
      return { _tag: "Invalid", message, causes }
    case 429:
      return { _tag: "TooManyRequests", message, ...retry }
    default:
      return code >= 500
        ? { _tag: "ServerError", message, status: code, ...retry }
        : { _tag: "Refused", message, status: code }
  }
}

/** A `Status` by itself: the object of a watch's ERROR event, or the answer to a delete. */
export const isStatus = (body: unknown): body is { readonly kind: "Status"; readonly code?: number } =>
  Predicate.hasProperty(body, "kind") && body.kind === "Status" &&
  (!Predicate.hasProperty(body, "code") || typeof body.code === "number")
