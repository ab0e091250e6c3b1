/**
 * What can go wrong between us and an API server: one error, with the operation, the object it was about, and a tagged reason. Races
 * (AlreadyExists, Conflict, NotFound, Gone) are reasons like any other; callers decide what they mean.
 */
import { Duration, Schema } from "effect"

const reason = <Tag extends string, Fields extends Schema.Struct.Fields>(tag: Tag, fields: Fields) =>
  Schema.TaggedStruct(tag, fields)

const message = Schema.String

/** One refused field of an Invalid object. */
export const FieldCause = Schema.Struct({
  field: Schema.String,
  reason: Schema.String,
  message: Schema.String
})
export type FieldCause = typeof FieldCause.Type

export const KubernetesErrorReason = Schema.Union([
  /** 404 */
  reason("NotFound", { message }),
  /** 409: an object of this name is there already. It may be ours: look. */
  reason("AlreadyExists", { message }),
  /** 409: the object changed, or a precondition (uid, resourceVersion) does not hold. */
  reason("Conflict", { message }),
  /** 410: the revision is no longer in the history; list again. */
  reason("Gone", { message }),
  /** 422 */
  reason("Invalid", { message, causes: Schema.Array(FieldCause) }),
  /** 400 */
  reason("BadRequest", { message }),
  /** 401 */
  reason("Unauthorized", { message }),
  /** 403; quota refusals too, told apart by their message. */
  reason("Forbidden", { message }),
  /** 405 */
  reason("MethodNotAllowed", { message }),
  /** 413, 415, 406 and other 4xx. */
  reason("Refused", { message, status: Schema.Int }),
  /** 429, with the server's wish. */
  reason("TooManyRequests", { message, retryAfterSeconds: Schema.optionalKey(Schema.Finite) }),
  /** 5xx */
  reason("ServerError", { message, status: Schema.Int, retryAfterSeconds: Schema.optionalKey(Schema.Finite) }),
  /** No answer: refused, reset, timed out. Whether the request took effect is unknown. */
  reason("Unreachable", { message }),
  /** An answer that is not what the API promises, or more of it than is read. */
  reason("Malformed", { message, tooLarge: Schema.optionalKey(Schema.Literal(true)) })
])
export type KubernetesErrorReason = typeof KubernetesErrorReason.Type

export class KubernetesError extends Schema.TaggedError<KubernetesError>()("KubernetesError", {
  /** get, list, watch, create, replace, patch, replaceStatus, patchStatus, delete, podLogs, review. */
  operation: Schema.String,
  /** `jobs.batch default/name`, as kubectl would name it. */
  ref: Schema.String,
  reason: KubernetesErrorReason
}) {
  override get message(): string {
    return `${this.operation} ${this.ref}: ${this.reason._tag}: ${this.reason.message}`
  }
}

/** Whether the same request may succeed later without anyone changing it. */
export const isRetryable = ({ reason }: KubernetesError): boolean =>
  reason._tag === "TooManyRequests" || reason._tag === "ServerError" || reason._tag === "Unreachable" ||
  reason._tag === "Malformed"

export const hasReason = (...tags: ReadonlyArray<KubernetesErrorReason["_tag"]>) => (error: KubernetesError): boolean =>
  tags.includes(error.reason._tag)

/** However long a server asks for: what it is asked to do may be a person's, who waits. */
const longestRetryAfterSeconds = 60

/** How long the server asks to leave it alone, within bounds; nothing where it does not ask. */
export const retryAfter = ({ reason }: KubernetesError): Duration.Duration => {
  const asked = "retryAfterSeconds" in reason ? reason.retryAfterSeconds ?? 0 : 0
  return Duration.seconds(asked > 0 ? Math.min(asked, longestRetryAfterSeconds) : 0)
}
