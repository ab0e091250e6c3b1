/**
 * Every error that this API answers with, as RFC 9457 problems. `type` is stable and what clients switch on; `detail` says what was
 * expected and found, `hint` how to go on. The request id is filled in on the way out.
 */
import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

const urn = <Slug extends string>(slug: Slug): `urn:orchestrator:problem:${Slug}` => `urn:orchestrator:problem:${slug}`

const members = {
  detail: Schema.String.annotate({ description: "What was wrong with this request" }),
  hint: Schema.String.annotate({ description: "What to do next" }),
  requestId: Schema.optionalKey(Schema.String.annotate({ description: "The X-Request-Id of the answer" }))
}

/** One field at fault, in the words of `FieldProblem`. */
export const FieldFault = Schema.Struct({
  path: Schema.String.annotate({ description: "Dotted path of the field, `spec.env.PATH`; empty for the whole input" }),
  expected: Schema.String.annotate({ description: "What would have been accepted" }),
  found: Schema.String.annotate({ description: "What was found" })
}).annotate({ identifier: "FieldFault", description: "One field at fault" })

const faulty = { ...members, errors: Schema.Array(FieldFault).annotate({ description: "The fields at fault" }) }

const retryable = {
  ...members,
  retryAfterSeconds: Schema.optionalKey(Schema.Finite.annotate({ description: "Seconds to wait before retrying" }))
}

/** Of what passes where nobody has said how long it takes. */
export const usualWaitSeconds = 1

/** A path, query or header parameter. */
export class InvalidRequest extends HttpApiError.Problem<InvalidRequest>()("InvalidRequest", {
  type: urn("invalid-request"),
  status: 400,
  title: "Invalid request parameter"
}, faulty) {}

export class MalformedBody extends HttpApiError.Problem<MalformedBody>()("MalformedBody", {
  type: urn("malformed-body"),
  status: 400,
  title: "Malformed JSON body"
}, members) {}

export class InvalidBody extends HttpApiError.Problem<InvalidBody>()("InvalidBody", {
  type: urn("invalid-body"),
  status: 422,
  title: "Invalid request body"
}, faulty) {}

export class BodyTooLarge extends HttpApiError.Problem<BodyTooLarge>()("BodyTooLarge", {
  type: urn("body-too-large"),
  status: 413,
  title: "Request body too large"
}, { ...members, limitBytes: Schema.Int.annotate({ description: "Maximum size in bytes" }) }) {}

export class UnsupportedMediaType extends HttpApiError.Problem<UnsupportedMediaType>()("UnsupportedMediaType", {
  type: urn("unsupported-media-type"),
  status: 415,
  title: "Unsupported media type"
}, members) {}

export class RunNotFound extends HttpApiError.Problem<RunNotFound>()("RunNotFound", {
  type: urn("run-not-found"),
  status: 404,
  title: "Run not found"
}, members) {}

export class LogsNotAvailable extends HttpApiError.Problem<LogsNotAvailable>()("LogsNotAvailable", {
  type: urn("logs-not-available"),
  status: 404,
  title: "Logs not available"
}, members) {}

export class EvidenceNotAvailable extends HttpApiError.Problem<EvidenceNotAvailable>()("EvidenceNotAvailable", {
  type: urn("evidence-not-available"),
  status: 404,
  title: "Nothing of this kind is kept of the attempt"
}, members) {}

export class EvidenceUnavailable extends HttpApiError.Problem<EvidenceUnavailable>()("EvidenceUnavailable", {
  type: urn("evidence-unavailable"),
  status: 503,
  title: "What is kept of the attempt cannot be read now"
}, members) {}

export class FilesNotAvailable extends HttpApiError.Problem<FilesNotAvailable>()("FilesNotAvailable", {
  type: urn("files-not-available"),
  status: 404,
  title: "Files not available"
}, members) {}

export class TasksNotAvailable extends HttpApiError.Problem<TasksNotAvailable>()("TasksNotAvailable", {
  type: urn("tasks-not-available"),
  status: 404,
  title: "Tasks not available"
}, members) {}

export class TasksUnavailable extends HttpApiError.Problem<TasksUnavailable>()("TasksUnavailable", {
  type: urn("tasks-unavailable"),
  status: 503,
  title: "The forge cannot be asked now"
}, retryable) {}

export class NameTaken extends HttpApiError.Problem<NameTaken>()("NameTaken", {
  type: urn("name-taken"),
  status: 409,
  title: "Run name already taken"
}, members) {}

export class IdempotencyKeyReused extends HttpApiError.Problem<IdempotencyKeyReused>()("IdempotencyKeyReused", {
  type: urn("idempotency-key-reused"),
  status: 409,
  title: "Idempotency-Key reused with a different body"
}, members) {}

export class RunNotFinished extends HttpApiError.Problem<RunNotFinished>()("RunNotFinished", {
  type: urn("run-not-finished"),
  status: 409,
  title: "Run not finished"
}, members) {}

export class RunFinished extends HttpApiError.Problem<RunFinished>()("RunFinished", {
  type: urn("run-finished"),
  status: 409,
  title: "Run already finished"
}, members) {}

export class RunChanged extends HttpApiError.Problem<RunChanged>()("RunChanged", {
  type: urn("run-changed"),
  status: 409,
  title: "Too many concurrent changes"
}, members) {}

export class PageExpired extends HttpApiError.Problem<PageExpired>()("PageExpired", {
  type: urn("page-expired"),
  status: 410,
  title: "Continue token expired"
}, members) {}

export class Unauthenticated extends HttpApiError.Problem<Unauthenticated>()("Unauthenticated", {
  type: urn("unauthenticated"),
  status: 401,
  title: "Missing or invalid token"
}, members) {}

export class WorkspaceNotFound extends HttpApiError.Problem<WorkspaceNotFound>()("WorkspaceNotFound", {
  type: urn("workspace-not-found"),
  status: 404,
  title: "Workspace not found"
}, members) {}

export class WorkspaceBusy extends HttpApiError.Problem<WorkspaceBusy>()("WorkspaceBusy", {
  type: urn("workspace-busy"),
  status: 409,
  title: "Workspace in use"
}, {
  ...members,
  holders: Schema.Array(Schema.String).annotate({ description: "Runs that have it" }),
  line: Schema.Array(Schema.String).annotate({ description: "Runs that wait for it" })
}) {}

/** A permission of Kubernetes' RBAC, in kubectl's words. */
const MissingPermission = Schema.Struct({
  verb: Schema.String.annotate({ description: "get, list, create, patch, delete or use" }),
  resource: Schema.String.annotate({ description: "`coderuns.orchestrator.platform`, `secrets`, `pods/log`" }),
  namespace: Schema.String.annotate({ description: "Where it is needed" }),
  name: Schema.optionalKey(Schema.String.annotate({ description: "The object; absent: every object of the namespace" }))
}).annotate({ identifier: "MissingPermission", description: "A permission of Kubernetes' RBAC" })

export class PermissionMissing extends HttpApiError.Problem<PermissionMissing>()("PermissionMissing", {
  type: urn("permission-missing"),
  status: 403,
  title: "Permission denied"
}, {
  ...members,
  user: Schema.String.annotate({ description: "Owner of the token" }),
  missing: Schema.Array(MissingPermission).annotate({ description: "The missing permissions" })
}) {}

export class AccessUnknown extends HttpApiError.Problem<AccessUnknown>()("AccessUnknown", {
  type: urn("access-unknown"),
  status: 503,
  title: "Authorization check unavailable"
}, retryable) {}

export class ClusterForbids extends HttpApiError.Problem<ClusterForbids>()("ClusterForbids", {
  type: urn("cluster-forbids"),
  status: 403,
  title: "Forbidden by the cluster"
}, members) {}

export class ClusterError extends HttpApiError.Problem<ClusterError>()("ClusterError", {
  type: urn("cluster-error"),
  status: 502,
  title: "Unexpected response from the cluster"
}, members) {}

export class ClusterUnavailable extends HttpApiError.Problem<ClusterUnavailable>()("ClusterUnavailable", {
  type: urn("cluster-unavailable"),
  status: 503,
  title: "Cluster unavailable"
}, retryable) {}

export class TooManyStreams extends HttpApiError.Problem<TooManyStreams>()("TooManyStreams", {
  type: urn("too-many-streams"),
  status: 503,
  title: "Too many event streams"
}, retryable) {}

export class PlanNotAvailable extends HttpApiError.Problem<PlanNotAvailable>()("PlanNotAvailable", {
  type: urn("plan-not-available"),
  status: 503,
  title: "Plan not available"
}, retryable) {}

export class NotReady extends HttpApiError.Problem<NotReady>()("NotReady", {
  type: urn("not-ready"),
  status: 503,
  title: "Not ready"
}, { ...members, reasons: Schema.Array(Schema.String).annotate({ description: "What it is waiting for" }) }) {}

export class MetricsMoved extends HttpApiError.Problem<MetricsMoved>()("MetricsMoved", {
  type: urn("metrics-moved"),
  status: 404,
  title: "Metrics are on another port"
}, members) {}

/** Answers of the webhooks, which are beside the contract. */
export class SignatureInvalid extends HttpApiError.Problem<SignatureInvalid>()("SignatureInvalid", {
  type: urn("signature-invalid"),
  status: 403,
  title: "Missing or invalid signature"
}, members) {}

export class TooManyEvents extends HttpApiError.Problem<TooManyEvents>()("TooManyEvents", {
  type: urn("too-many-events"),
  status: 503,
  title: "Too many events at a time"
}, retryable) {}

/** Answers of the server itself, beside any endpoint. */
export class RouteNotFound extends HttpApiError.Problem<RouteNotFound>()("RouteNotFound", {
  type: urn("route-not-found"),
  status: 404,
  title: "Route not found"
}, members) {}

export class PageNotAvailable extends HttpApiError.Problem<PageNotAvailable>()("PageNotAvailable", {
  type: urn("page-not-available"),
  status: 503,
  title: "The page is not there"
}, members) {}

export class MethodNotAllowed extends HttpApiError.Problem<MethodNotAllowed>()("MethodNotAllowed", {
  type: urn("method-not-allowed"),
  status: 405,
  title: "Method not allowed"
}, { ...members, allow: Schema.Array(Schema.String).annotate({ description: "The methods that it knows" }) }) {}

export class HostRefused extends HttpApiError.Problem<HostRefused>()("HostRefused", {
  type: urn("host-refused"),
  status: 421,
  title: "Misdirected request"
}, members) {}

export class CrossOrigin extends HttpApiError.Problem<CrossOrigin>()("CrossOrigin", {
  type: urn("cross-origin"),
  status: 403,
  title: "Cross-origin request refused"
}, members) {}

export class BadRequest extends HttpApiError.Problem<BadRequest>()("BadRequest", {
  type: urn("bad-request"),
  status: 400,
  title: "Malformed request"
}, members) {}

export class InternalError extends HttpApiError.Problem<InternalError>()("InternalError", {
  type: urn("internal-error"),
  status: 500,
  title: "Internal error"
}, members) {}
