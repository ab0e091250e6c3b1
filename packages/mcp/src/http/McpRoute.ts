/**
 * `/mcp` of the HTTP server: streamable HTTP, for whoever the API lets in. The token is reviewed before anything else is; what a tool may
 * do is decided by the routes that it asks. Web pages are refused by their Origin, names that are rebound by the server's own guard.
 */
import { Authorized, Needs, Requester } from "@orchestrator/http/contract/Access"
import { mcpPath } from "@orchestrator/http/contract/McpPath"
import { Effect, Layer, Scope } from "effect"
import {
  HttpClientRequest,
  HttpEffect,
  HttpRouter,
  HttpServerRequest,
  HttpServerRespondable,
  HttpServerResponse
} from "effect/http"
import { HttpApi, HttpApiBuilder, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import type { McpOptions } from "../Mcp.ts"
import { Caller, callerOf, ownHttpClient, ownUrl } from "./OwnClient.ts"
import { makeSessions } from "./Sessions.ts"

const sessionHeader = "mcp-session-id"

/** What is asked of a requester here: a token that the cluster knows, and no permission. */
class Asked extends HttpApi.make("mcp").add(
  HttpApiGroup.make("mcp").add(HttpApiEndpoint.post("post", mcpPath).annotate(Needs, []))
) {}

const asked = (): Pick<Parameters<Authorized["Service"]["bearer"]>[1], "endpoint" | "group"> => {
  const found: Array<ReturnType<typeof asked>> = []
  HttpApi.reflect(Asked, { onGroup: () => {}, onEndpoint: ({ endpoint, group }) => found.push({ endpoint, group }) })
  return found[0]!
}

type Answer<E, R> = Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>

/** Keeps the number of sessions within bounds. */
const boundSessions = Effect.gen(function*() {
  const own = yield* ownHttpClient
  const sessions = makeSessions()
  const end = (id: string) =>
    Effect.ignore(
      own.execute(HttpClientRequest.setHeader(HttpClientRequest.delete(`${ownUrl}${mcpPath}`), sessionHeader, id))
    )
  return Effect.fnUntraced(function*<E, R>(
    request: HttpServerRequest.HttpServerRequest,
    route: Answer<E, R>
  ) {
    const { headers, method } = request
    const asked = headers[sessionHeader]
    if (asked !== undefined && method === "DELETE") sessions.end(asked)
    else if (asked !== undefined) sessions.use(asked)
    const response = yield* route
    if (asked !== undefined) return response
    const { user } = yield* Requester
    const caller = yield* Caller
    // The session's name is put on the answer at the end of everything.
    yield* HttpEffect.appendPreResponseHandler((_, response) => {
      const begun = response.headers[sessionHeader]
      if (begun === undefined) return Effect.succeed(response)
      return Effect.forEach(sessions.begin(begun, user.username), end).pipe(
        Effect.provideService(Caller, caller),
        Effect.as(response)
      )
    }).pipe(Effect.provideService(HttpServerRequest.HttpServerRequest, request))
    return response
  })
})

/** The same decision as for the API's own routes, and the caller for whatever the route asks of them. */
const authenticate = HttpRouter.middleware(
  Effect.gen(function*() {
    const { bearer } = yield* Authorized
    const bound = yield* boundSessions
    const about = asked()
    const credentialOf = HttpApiBuilder.securityDecode(Authorized.security.bearer)
    return (route) =>
      Effect.gen(function*() {
        const request = yield* HttpServerRequest.HttpServerRequest
        const credential = yield* credentialOf
        return yield* bearer(bound(request, route), { credential, ...about }).pipe(
          Effect.catchTag(
            ["Unauthenticated", "PermissionMissing", "AccessUnknown"],
            (problem) => HttpServerRespondable.toResponse(problem)
          ),
          Effect.provideService(Caller, callerOf(request))
        )
      })
  })
)

/** A router's errors are answers too. */
const answered = (router: HttpRouter.HttpRouter) =>
  Effect.catch(router.asHttpEffect(), (error) => HttpServerRespondable.toResponseOrElse(error, notFound))

const notFound = HttpServerResponse.empty({ status: 404 })

/**
 * Needs the router of the server, and who decides about its tokens. What the protocol is made of takes 5 MB: it is read when somebody
 * who is let in asks for the first time.
 */
export const mcpRoute = (options: McpOptions) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const router = yield* HttpRouter.HttpRouter
    const own = yield* ownHttpClient
    const scope = yield* Effect.scope
    const protocolRouter = yield* Effect.promise(() => import("./Protocol.ts")).pipe(
      Effect.flatMap(({ protocol }) => protocol(options, own)),
      Scope.provide(scope),
      // Whoever came first may go while it is read.
      Effect.uninterruptible,
      Effect.cached
    )
    yield* router.add("*", mcpPath, Effect.flatMap(protocolRouter, answered))
  })).pipe(Layer.provide(authenticate.layer), Layer.orDie)
