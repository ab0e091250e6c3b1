/**
 * The client of the server that this runs in: requests go to its own routes, without a socket, with the caller's token and address. So a
 * tool may do what its caller may, is refused as its caller is, and leaves the same lines in the log.
 */
import { Context, Deferred, Effect, Option, type Scope } from "effect"
import {
  HttpClient,
  HttpClientRequest,
  HttpEffect,
  HttpRouter,
  HttpServerRequest,
  HttpServerResponse
} from "effect/http"

interface CallerValue {
  readonly headers: Readonly<Record<string, string>>
  readonly address: Option.Option<string>
}

/** Whoever has sent the request that a tool answers; by default nobody. */
export const Caller = Context.Reference<CallerValue>("@orchestrator/mcp/http/Caller", {
  defaultValue: () => ({ headers: {}, address: Option.none() })
})

/** What of a request says who sent it, to which server, and what it is called. */
const passedOn = ["authorization", "host", "x-request-id"] as const

export const callerOf = ({ headers, remoteAddress }: HttpServerRequest.HttpServerRequest): CallerValue => ({
  headers: Object.fromEntries(passedOn.flatMap((name) => {
    const value = headers[name]
    return value === undefined ? [] : [[name, value]]
  })),
  address: remoteAddress
})

type Routed = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  unknown,
  HttpServerRequest.HttpServerRequest | Scope.Scope
>

/** Answers in the scope of the request, which a streamed body keeps open. */
const answer = Effect.fnUntraced(function*(routes: Routed, request: HttpClientRequest.HttpClientRequest) {
  const { address, headers } = yield* Caller
  const answered = yield* Deferred.make<HttpServerResponse.HttpServerResponse>()
  const incoming = HttpServerRequest.fromClientRequest(HttpClientRequest.setHeaders(request, headers))
    .modify({ remoteAddress: address })
  yield* HttpEffect.toHandled(
    Effect.map(routes, HttpEffect.scopeTransferToStream),
    (_, response) => Deferred.succeed(answered, response)
  ).pipe(Effect.provideService(HttpServerRequest.HttpServerRequest, incoming))
  return HttpServerResponse.toClientResponse(yield* Deferred.await(answered), { request })
})

/** Needs the router that it is a route of; asks whatever routes that has by then. */
export const ownHttpClient = Effect.map(
  HttpRouter.HttpRouter,
  (router) => HttpClient.make((request) => answer(router.asHttpEffect(), request))
)

/** A URL has to have one; nothing is connected to. */
export const ownUrl = "http://localhost"
