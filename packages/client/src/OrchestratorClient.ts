/** The typed client, derived from the contract: `client.codeRuns.create({ payload })`, `client.health({})`. Problems arrive as the classes of `Problem.ts`, by their tags. */
import { Api } from "@orchestrator/http/contract/Api"
import { Context, flow, identity, Layer, type Redacted } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient } from "effect/http-api"

export interface ClientOptions {
  /** `http://127.0.0.1:8080` */
  readonly baseUrl: string
  /** Bearer token of the cluster, where the server wants one. */
  readonly token?: Redacted.Redacted | undefined
}

// Requirements of a generic method, `[Mode] extends ... ? never : never`, that come to nothing for every mode.
// @effect-diagnostics-next-line leakingRequirements:off
export class OrchestratorClient extends Context.Service<OrchestratorClient, HttpApiClient.ForApi<typeof Api>>()(
  "@orchestrator/client/OrchestratorClient"
) {
  /** Needs an HttpClient: `FetchHttpClient.layer`, `NodeHttpClient.layerUndici`. */
  static readonly layerWith = ({ baseUrl, token }: ClientOptions) =>
    Layer.effect(
      OrchestratorClient,
      HttpApiClient.make(Api, {
        transformClient: HttpClient.mapRequest(flow(
          HttpClientRequest.prependUrl(baseUrl),
          token === undefined ? identity : HttpClientRequest.bearerToken(token)
        ))
      })
    )
}
