/**
 * Every error that this API answers with, as RFC 9457 problems. `type` is stable and what clients switch on; `detail` says what was
 * expected and found, `hint` how to go on. The request id is filled in on the way out.
 */
import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

const urn = <Slug extends string>(slug: Slug): `urn:orchestrator:problem:${Slug}` => `urn:orchestrator:problem:${slug}`

const members = {
  detail: Schema.String.annotate({ description: "What was wrong with this request" }),
  hint: Schema.String.annotate({ description: "How to go on" }),
  requestId: Schema.optionalKey(Schema.String.annotate({ description: "The X-Request-Id of the answer" }))
}

/** One field at fault, in the words of `FieldProblem`. */
export const FieldFault = Schema.Struct({
  path: Schema.String.annotate({ description: "Dotted path of the field, `spec.env.PATH`; empty for the whole input" }),
  expected: Schema.String.annotate({ description: "What would have been accepted" }),
  found: Schema.String.annotate({ description: "What was there" })
}).annotate({ identifier: "FieldFault", description: "One field at fault" })

const faulty = { ...members, errors: Schema.Array(FieldFault).annotate({ description: "The fields at fault" }) }

const retryable = {
  ...members,
  retryAfterSeconds: Schema.optionalKey(Schema.Finite.annotate({ description: "When to try again, in seconds" }))
}

/** A path, query or header parameter. */
export class InvalidRequest extends HttpApiError.Problem<InvalidRequest>()("InvalidRequest", {
  type: urn("invalid-request"),
  status: 400,
  title: "A parameter of the request is not valid"
}, faulty) {}

export class MalformedBody extends HttpApiError.Problem<MalformedBody>()("MalformedBody", {
  type: urn("malformed-body"),
  status: 400,
  title: "The body is not JSON"
}, members) {}

export class InvalidBody extends HttpApiError.Problem<InvalidBody>()("InvalidBody", {
  type: urn("invalid-body"),
  status: 422,
  title: "The body has fields that are not valid"
}, faulty) {}

export class BodyTooLarge extends HttpApiError.Problem<BodyTooLarge>()("BodyTooLarge", {
  type: urn("body-too-large"),
  status: 413,
  title: "The body is too large"
}, { ...members, limitBytes: Schema.Int.annotate({ description: "The most that is read, in bytes" }) }) {}

export class UnsupportedMediaType extends HttpApiError.Problem<UnsupportedMediaType>()("UnsupportedMediaType", {
  type: urn("unsupported-media-type"),
  status: 415,
  title: "The body has a content type that is not understood"
}, members) {}

export class RunNotFound extends HttpApiError.Problem<RunNotFound>()("RunNotFound", {
  type: urn("run-not-found"),
  status: 404,
  title: "There is no run of this name"
}, members) {}

export class LogsNotAvailable extends HttpApiError.Problem<LogsNotAvailable>()("LogsNotAvailable", {
  type: urn("logs-not-available"),
  status: 404,
  title: "The run has no log that can be read now"
}, members) {}

export class FilesNotAvailable extends HttpApiError.Problem<FilesNotAvailable>()("FilesNotAvailable", {
  type: urn("files-not-available"),
  status: 404,
  title: "The run has no files that can be read now"
}, members) {}

export class NameTaken extends HttpApiError.Problem<NameTaken>()("NameTaken", {
  type: urn("name-taken"),
  status: 409,
  title: "There is another run of this name"
}, members) {}

export class IdempotencyKeyReused extends HttpApiError.Problem<IdempotencyKeyReused>()("IdempotencyKeyReused", {
  type: urn("idempotency-key-reused"),
  status: 409,
  title: "The Idempotency-Key was used with another body"
}, members) {}

export class RunNotFinished extends HttpApiError.Problem<RunNotFinished>()("RunNotFinished", {
  type: urn("run-not-finished"),
  status: 409,
  title: "The run has not finished"
}, members) {}

export class RunFinished extends HttpApiError.Problem<RunFinished>()("RunFinished", {
  type: urn("run-finished"),
  status: 409,
  title: "The run has finished"
}, members) {}

export class RunChanged extends HttpApiError.Problem<RunChanged>()("RunChanged", {
  type: urn("run-changed"),
  status: 409,
  title: "The run keeps being changed by others"
}, members) {}

export class PageExpired extends HttpApiError.Problem<PageExpired>()("PageExpired", {
  type: urn("page-expired"),
  status: 410,
  title: "The list has moved on since the page before"
}, members) {}

export class Unauthenticated extends HttpApiError.Problem<Unauthenticated>()("Unauthenticated", {
  type: urn("unauthenticated"),
  status: 401,
  title: "The request carries no token that is accepted"
}, members) {}

/** A permission of Kubernetes' RBAC, in kubectl's words. */
const MissingPermission = Schema.Struct({
  verb: Schema.String.annotate({ description: "get, list, create, update or delete" }),
  resource: Schema.String.annotate({ description: "`coderuns.orchestrator.platform`, `secrets`, `pods/log`" }),
  namespace: Schema.String.annotate({ description: "Where it is needed" }),
  name: Schema.optionalKey(Schema.String.annotate({ description: "The object; absent: every object of the namespace" }))
}).annotate({ identifier: "MissingPermission", description: "A permission of Kubernetes' RBAC" })

export class PermissionMissing extends HttpApiError.Problem<PermissionMissing>()("PermissionMissing", {
  type: urn("permission-missing"),
  status: 403,
  title: "The owner of the token may not do this"
}, {
  ...members,
  user: Schema.String.annotate({ description: "Owner of the token" }),
  missing: Schema.Array(MissingPermission).annotate({ description: "What the owner would need besides" })
}) {}

export class AccessUnknown extends HttpApiError.Problem<AccessUnknown>()("AccessUnknown", {
  type: urn("access-unknown"),
  status: 503,
  title: "Nobody could say whether this is allowed"
}, retryable) {}

export class ClusterForbids extends HttpApiError.Problem<ClusterForbids>()("ClusterForbids", {
  type: urn("cluster-forbids"),
  status: 403,
  title: "The cluster does not allow this"
}, members) {}

export class ClusterError extends HttpApiError.Problem<ClusterError>()("ClusterError", {
  type: urn("cluster-error"),
  status: 502,
  title: "The cluster gave an answer that this request does not expect"
}, members) {}

export class ClusterUnavailable extends HttpApiError.Problem<ClusterUnavailable>()("ClusterUnavailable", {
  type: urn("cluster-unavailable"),
  status: 503,
  title: "The cluster does not answer"
}, retryable) {}

export class NotReady extends HttpApiError.Problem<NotReady>()("NotReady", {
  type: urn("not-ready"),
  status: 503,
  title: "The orchestrator is not ready"
}, { ...members, reasons: Schema.Array(Schema.String).annotate({ description: "What it is waiting for" }) }) {}

export class MetricsMoved extends HttpApiError.Problem<MetricsMoved>()("MetricsMoved", {
  type: urn("metrics-moved"),
  status: 404,
  title: "The metrics are on a port of their own"
}, members) {}

/** Answers of the server itself, beside any endpoint. */
export class RouteNotFound extends HttpApiError.Problem<RouteNotFound>()("RouteNotFound", {
  type: urn("route-not-found"),
  status: 404,
  title: "There is nothing at this path"
}, members) {}

export class MethodNotAllowed extends HttpApiError.Problem<MethodNotAllowed>()("MethodNotAllowed", {
  type: urn("method-not-allowed"),
  status: 405,
  title: "The path does not know this method"
}, { ...members, allow: Schema.Array(Schema.String).annotate({ description: "The methods that it knows" }) }) {}

export class HostRefused extends HttpApiError.Problem<HostRefused>()("HostRefused", {
  type: urn("host-refused"),
  status: 421,
  title: "This server does not answer for this host"
}, members) {}

export class CrossOrigin extends HttpApiError.Problem<CrossOrigin>()("CrossOrigin", {
  type: urn("cross-origin"),
  status: 403,
  title: "Pages of other origins may not change anything here"
}, members) {}

export class BadRequest extends HttpApiError.Problem<BadRequest>()("BadRequest", {
  type: urn("bad-request"),
  status: 400,
  title: "The request could not be read"
}, members) {}

export class InternalError extends HttpApiError.Problem<InternalError>()("InternalError", {
  type: urn("internal-error"),
  status: 500,
  title: "Something went wrong inside the orchestrator"
}, members) {}
