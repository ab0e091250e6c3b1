/** What answers at `/mcp`, with everything that it is made of. */
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { mcpPath } from "@orchestrator/http/contract/McpPath"
import { Effect, Layer } from "effect"
import { McpServer } from "effect/ai"
import { HttpClient, HttpRouter, HttpServerRequest } from "effect/http"
import { described, type McpOptions, Registrations } from "../Mcp.ts"
import { Caller, callerOf, ownUrl } from "./OwnClient.ts"

/** The client of each call's own sender. */
const asCaller = McpServer.middleware<{ provides: OrchestratorClient }>()(
  Effect.map(
    OrchestratorClient,
    (client) => (call) =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
        call.pipe(
          Effect.provideService(OrchestratorClient, client),
          Effect.provideService(Caller, callerOf(request))
        ))
  )
)

/** A router of its own, which answers for as long as the scope is open; tools ask by the client. */
export const protocol = Effect.fn("protocol")(function*(options: McpOptions, client: HttpClient.HttpClient) {
  const ownClient = OrchestratorClient.layerWith({ baseUrl: ownUrl }).pipe(
    Layer.provide(Layer.succeed(HttpClient.HttpClient, client))
  )
  const routes = McpServer.layerHttp({
    ...described(options),
    path: mcpPath,
    allowSessionTermination: true,
    allowSubscriptions: false,
    registrations: Registrations.pipe(Layer.provide(asCaller.layer), Layer.provide(ownClient))
  })
  const router = yield* HttpRouter.make
  yield* Layer.build(routes.pipe(Layer.provide(Layer.succeed(HttpRouter.HttpRouter, router)), Layer.orDie))
  return router
})
