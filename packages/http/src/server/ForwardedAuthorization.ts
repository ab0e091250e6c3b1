/**
 * The API server's proxy to Services takes the header Authorization for itself and sends all others on. Who comes that way sends what is
 * for us in a header of its own, and it counts as if it had been sent as Authorization: nothing is believed that was not before.
 */
import { forwardedAuthorization } from "@orchestrator/domain/ForwardedAuthorization"
import { Headers, type HttpServerRequest } from "effect/http"

/** The request with the header put in its place; one that has an Authorization of its own stays as it is. */
export const asCallerSent = (request: HttpServerRequest.HttpServerRequest): HttpServerRequest.HttpServerRequest => {
  const forwarded = request.headers[forwardedAuthorization]
  if (forwarded === undefined || request.headers["authorization"] !== undefined) return request
  return request.modify({ headers: Headers.set(request.headers, "authorization", forwarded) })
}
