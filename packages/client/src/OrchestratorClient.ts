/** The typed client, derived from the contract: `client.codeRuns.create({ payload })`, `client.health({})`. Problems arrive as the classes of `Problem.ts`, by their tags. */
import { Api } from "@orchestrator/http/contract/Api"
import { Context, Effect, identity, Layer, Redacted, Tracer } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { retryUnavailable } from "./Unavailable.ts"

export interface ClientOptions {
  /** `http://127.0.0.1:8080` */
  readonly baseUrl: string
  /** Bearer token of the cluster, where the server wants one; an effect is asked before every request, and may have none. */
  readonly token?: Redacted.Redacted | Effect.Effect<Redacted.Redacted | undefined> | undefined
  /** How often a request that may come twice (a read, or one with an idempotency key) is sent again while the server says that it cannot answer now. Default 0. */
  readonly retries?: number | undefined
}

const withToken = (token: ClientOptions["token"]) => {
  if (token === undefined) return identity<HttpClient.HttpClient>
  return Redacted.isRedacted(token)
    ? HttpClient.mapRequest(HttpClientRequest.bearerToken(token))
    : HttpClient.mapRequestEffect((request) =>
      Effect.map(token, (current) => current === undefined ? request : HttpClientRequest.bearerToken(request, current))
    )
}

/** Spans of a program that has no tracer are sent nowhere: a request that named one would have a parent that nobody ever sees. */
const withKnownParent = HttpClient.transformResponse(<A, E, R>(answer: Effect.Effect<A, E, R>) =>
  Effect.flatMap(
    Tracer.Tracer,
    (tracer) =>
      tracer === Tracer.nativeTracer
        ? Effect.provideService(answer, HttpClient.TracerPropagationEnabled, false)
        : answer
  )
)

/** Sends the requests of an HttpClient to a server, with the caller's token. */
export const toServer =
  ({ baseUrl, retries = 0, token }: ClientOptions) => (client: HttpClient.HttpClient): HttpClient.HttpClient =>
    client.pipe(
      HttpClient.mapRequest(HttpClientRequest.prependUrl(baseUrl)),
      withToken(token),
      withKnownParent,
      retryUnavailable(retries)
    )

// Requirements of a generic method, `[Mode] extends ... ? never : never`, that come to nothing for every mode.
// @effect-diagnostics-next-line leakingRequirements:off
export class OrchestratorClient extends Context.Service<OrchestratorClient, HttpApiClient.ForApi<typeof Api>>()(
  "@orchestrator/client/OrchestratorClient"
) {
  /** Needs an HttpClient: `FetchHttpClient.layer`, `NodeHttpClient.layerUndici`. */
  static readonly layerWith = (options: ClientOptions) =>
    Layer.effect(OrchestratorClient, HttpApiClient.make(Api, { transformClient: toServer(options) }))
}
