/**
 * What the promises of `Orchestrator.ts` reject with. A problem of the server keeps its `type`, which is stable and what programs switch
 * on; the classes stand for what one does about it. An aborted call rejects with the reason of its signal instead.
 */

/** One field at fault. */
export interface FieldFault {
  /** `spec.env.PATH`; empty for the whole input. */
  readonly path: string
  readonly expected: string
  readonly found: string
}

export interface ErrorMembers {
  /** `urn:orchestrator:problem:run-not-found` */
  readonly type: string
  readonly detail: string
  /** Of the answer; undefined where there was none. */
  readonly status?: number | undefined
  /** What to do next. */
  readonly hint?: string | undefined
  readonly errors?: ReadonlyArray<FieldFault> | undefined
  /** The X-Request-Id, by which the server's log is searched. */
  readonly requestId?: string | undefined
  /** Seconds to wait before the next try. */
  readonly retryAfterSeconds?: number | undefined
  readonly cause?: unknown
}

export class OrchestratorError extends Error {
  override readonly name: string = "OrchestratorError"
  readonly type: string
  readonly detail: string
  readonly status: number | undefined
  readonly hint: string | undefined
  /** Path of the first field at fault. */
  readonly field: string | undefined
  readonly errors: ReadonlyArray<FieldFault>
  readonly requestId: string | undefined
  readonly retryAfterSeconds: number | undefined

  constructor({ cause, detail, errors = [], hint, requestId, retryAfterSeconds, status, type }: ErrorMembers) {
    super(hint === undefined ? detail : `${detail}. ${hint}`, cause === undefined ? undefined : { cause })
    this.type = type
    this.detail = detail
    this.status = status
    this.hint = hint
    this.field = errors[0]?.path
    this.errors = errors
    this.requestId = requestId
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The request is not one that can be served: `errors` names the fields. */
export class InvalidRequestError extends OrchestratorError {
  override readonly name = "InvalidRequestError"
}

/** No token, or one that the server does not accept. */
export class AuthenticationError extends OrchestratorError {
  override readonly name = "AuthenticationError"
}

/** The token's owner may not do this. */
export class PermissionError extends OrchestratorError {
  override readonly name = "PermissionError"
}

/** There is no such run, or nothing of that kind of it. */
export class NotFoundError extends OrchestratorError {
  override readonly name = "NotFoundError"
}

/** The run is not in the state that this needs, or a name is taken. */
export class ConflictError extends OrchestratorError {
  override readonly name = "ConflictError"
}

/** The server or its cluster cannot answer now: the same request may be served later. */
export class UnavailableError extends OrchestratorError {
  override readonly name = "UnavailableError"
}

/** There was no answer: the server is not there, or the connection broke. */
export class ConnectionError extends OrchestratorError {
  override readonly name = "ConnectionError"
}

/** The answer is not one of this API: another program's, or of a version that this client does not know. */
export class UnexpectedAnswerError extends OrchestratorError {
  override readonly name = "UnexpectedAnswerError"
}

const classOf = (status: number): typeof OrchestratorError => {
  if (status === 401) return AuthenticationError
  if (status === 403) return PermissionError
  if (status === 404) return NotFoundError
  if (status === 409 || status === 410) return ConflictError
  if (status === 429 || status === 502 || status === 503 || status === 504) return UnavailableError
  return status < 500 ? InvalidRequestError : OrchestratorError
}

/** The error of a problem with that status. */
export const errorOfStatus = (status: number, members: ErrorMembers): OrchestratorError =>
  new (classOf(status))({ ...members, status })
