/** Whatever ends a request without an answer of its own becomes a problem here; of defects, nothing but that there was one. */
import { printable } from "@orchestrator/domain/Printable"
import { type Cause, Effect } from "effect"
import { HttpServerError, type HttpServerRequest, HttpServerRespondable, HttpServerResponse } from "effect/http"
import { mcpPath } from "../contract/McpPath.ts"
import {
  BadRequest,
  InternalError,
  MethodNotAllowed,
  NotReady,
  RouteNotFound,
  usualWaitSeconds
} from "../contract/Problem.ts"
import { isTooLarge, tooLarge, unsupported } from "../handlers/RequestBody.ts"
import { namespaceIn } from "./NamespacePath.ts"
import { knownPath } from "./RouteTable.ts"

const problemType = "application/problem+json"

export const pathOf = (url: string): string => url.split(/[?#]/)[0] ?? ""

const noRoute = ({ method, url }: HttpServerRequest.HttpServerRequest) => {
  const known = knownPath(url)
  const other = namespaceIn(url)
  if (other !== undefined) {
    return new RouteNotFound({
      detail: `Runs of namespace ${JSON.stringify(other.namespace)} are not looked after here`,
      hint: "Add the namespace to watchNamespaces, or ask the orchestrator that is installed for it"
    })
  }
  if (known === undefined) {
    return new RouteNotFound({
      detail: `No route matches ${JSON.stringify(pathOf(url))}`,
      hint: "/docs lists every route, /openapi.json describes them"
    })
  }
  return new MethodNotAllowed({
    detail: `${known.pattern} allows ${known.methods.join(", ")}; found ${method}`,
    hint: "/docs lists every route with its methods",
    allow: known.methods
  })
}

const internal = () =>
  new InternalError({
    detail: "The orchestrator failed to serve the request",
    hint: "Search the orchestrator's log for the request id, and report it"
  })

const unreadable = () =>
  new BadRequest({ detail: "The request was cut off or is malformed", hint: "Send the request again" })

const problemOf = (error: unknown, request: HttpServerRequest.HttpServerRequest) => {
  if (isTooLarge(error)) return tooLarge()
  if (!HttpServerError.isHttpServerError(error)) return internal()
  if (error.reason._tag === "RouteNotFound") return noRoute(request)
  return error.reason._tag === "RequestParseError" ? unreadable() : internal()
}

const faultOf = <E>(cause: Cause.Cause<E>): unknown => {
  for (const reason of cause.reasons) {
    if (reason._tag === "Fail") return reason.error
    if (reason._tag === "Die") return reason.defect
  }
  return undefined
}

/** The answer to a request that failed, and whether the failure is ours to report. */
export const answerFailure = Effect.fnUntraced(function*<E>(
  cause: Cause.Cause<E>,
  request: HttpServerRequest.HttpServerRequest
) {
  const fault = faultOf(cause)
  if (HttpServerResponse.isHttpServerResponse(fault)) return fault
  const problem = problemOf(fault, request)
  if (problem instanceof InternalError) yield* Effect.logError("A request failed", cause)
  return yield* HttpServerRespondable.toResponse(problem)
})

/** The same answer as a problem: the framework has plain answers of its own. */
export const asProblem = (
  response: HttpServerResponse.HttpServerResponse,
  request: HttpServerRequest.HttpServerRequest
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  if (response.status < 400 || response.headers["content-type"] === problemType) return Effect.succeed(response)
  if (pathOf(request.url) === mcpPath) return Effect.succeed(response)
  if (response.status === 413) return HttpServerRespondable.toResponse(tooLarge())
  if (response.status === 415) {
    return HttpServerRespondable.toResponse(unsupported(request.headers["content-type"] ?? ""))
  }
  return HttpServerRespondable.toResponse(response.status < 500 ? unreadable() : internal())
}

interface Members {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly retryAfterSeconds?: number
  readonly allow?: ReadonlyArray<string>
}

const notReady = NotReady.fields.type.schema.literal

/** Seconds, where the same request is worth another try; a probe comes again by itself. */
const waitOf = ({ retryAfterSeconds, status, type }: Members): number | undefined =>
  retryAfterSeconds ?? (status === 503 && type !== notReady ? usualWaitSeconds : undefined)

const headersOf = ({ allow, status }: Members, wait: number | undefined) => ({
  ...(status === 401 ? { "www-authenticate": "Bearer realm=\"orchestrator\"" } : {}),
  ...(wait === undefined ? {} : { "retry-after": String(Math.max(1, Math.ceil(wait))) }),
  ...(allow === undefined ? {} : { allow: allow.join(", ") })
})

const longestDetail = 2000

/** A problem with the id of its request, and its members that HTTP has headers for. Other answers pass. */
export const stamped = (response: HttpServerResponse.HttpServerResponse, requestId: string) => {
  const { body } = response
  if (response.headers["content-type"] !== problemType || body._tag !== "Uint8Array") return response
  const problem: Members = JSON.parse(new TextDecoder().decode(body.body))
  const { detail, status, title, type, ...rest } = problem
  // Details repeat what a caller, a cluster or a container said.
  const words = printable(detail, { max: longestDetail })
  return HttpServerResponse.jsonUnsafe({ type, title, status, detail: words, ...rest, requestId }, {
    status: response.status,
    contentType: problemType,
    headers: headersOf(problem, waitOf(problem))
  })
}
