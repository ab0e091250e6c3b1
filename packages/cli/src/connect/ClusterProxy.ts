/**
 * The server by way of the API server's proxy to Services, for who has a kubeconfig and no other way in. The API server takes the header
 * Authorization for itself, so the token for our server goes in a header of its own; without one, the kubeconfig's own token.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { forwardedAuthorization } from "@orchestrator/domain/ForwardedAuthorization"
import { fromKubeconfig } from "@orchestrator/k8s/live/Access"
import { connect } from "@orchestrator/k8s/live/Connection"
import { Effect, Redacted, Schema } from "effect"
import { Headers, HttpClient, HttpClientRequest, HttpClientResponse } from "effect/http"
import { CommandFailed } from "./CommandFailed.ts"

export interface ClusterProxyOptions {
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  readonly namespace: string
  /** Of the Service: its name, and `https:NAME:PORT` where the server speaks TLS. */
  readonly service: string
  readonly token: Redacted.Redacted | undefined
  /** Whose token the API server is asked for, where none is given. */
  readonly serviceAccount: string | undefined
  readonly audience: string | undefined
}

const TokenAnswer = Schema.Struct({ status: Schema.Struct({ token: Schema.Redacted(Schema.String) }) })

const inPath = encodeURIComponent

/** As `kubectl create token` does it: an hour, for one audience. */
const requestToken = Effect.fnUntraced(function*(
  client: HttpClient.HttpClient,
  { audience, namespace, serviceAccount }: ClusterProxyOptions & { readonly serviceAccount: string }
) {
  const spec = { expirationSeconds: 3600, ...(audience === undefined ? {} : { audiences: [audience] }) }
  const path = `/api/v1/namespaces/${inPath(namespace)}/serviceaccounts/${inPath(serviceAccount)}/token`
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec }
  const { status } = yield* HttpClientRequest.post(path).pipe(
    HttpClientRequest.bodyJsonUnsafe(body),
    client.execute,
    Effect.flatMap(HttpClientResponse.filterStatusOk),
    Effect.flatMap(HttpClientResponse.schemaBodyJson(TokenAnswer)),
    Effect.mapError(({ message }) =>
      new CommandFailed({
        message:
          `The API server made no token for the service account ${serviceAccount} in namespace ${namespace}: ${message}\n`
          + `Does it exist, and may you create serviceaccounts/token? kubectl create token ${serviceAccount} -n ${namespace}`
      })
    )
  )
  return status.token
})

/** What the kubeconfig says goes to the API server; what is for our server goes past it. */
const withBoth = (
  headers: Headers.Headers,
  own: Readonly<Record<string, string>>,
  token: Redacted.Redacted | undefined
): Headers.Headers => {
  const ours = token === undefined ? own["authorization"] : `Bearer ${Redacted.value(token)}`
  const both = Headers.setAll(headers, own)
  return ours?.startsWith("Bearer ") === true ? Headers.set(both, forwardedAuthorization, ours) : both
}

/** A client whose requests begin at the server's root: `/api/v1/code-runs`. */
export const clusterProxyClient = Effect.fn("ClusterProxy.client")(function*(options: ClusterProxyOptions) {
  const { namespace, service, serviceAccount } = options
  const { session } = yield* connect(yield* fromKubeconfig(options), { connections: 4 })
  const { streams } = yield* session
  const http = yield* NodeHttpClient.makeUndici.pipe(Effect.provideService(NodeHttpClient.Dispatcher, streams))
  const apiServer = HttpClient.mapRequestEffect(
    http,
    (request) =>
      Effect.map(
        Effect.orDie(session),
        ({ headers, origin, prefix }) =>
          HttpClientRequest.prependUrl(HttpClientRequest.setHeaders(request, headers), `${origin}${prefix}`)
      )
  )
  const token = options.token ??
    (serviceAccount === undefined ? undefined : yield* requestToken(apiServer, { ...options, serviceAccount }))
  const proxy = `/api/v1/namespaces/${inPath(namespace)}/services/${inPath(service).replaceAll("%3A", ":")}/proxy`
  return HttpClient.mapRequestEffect(
    http,
    (request) =>
      Effect.map(Effect.orDie(session), ({ headers, origin, prefix }) =>
        HttpClientRequest.prependUrl(
          HttpClientRequest.modify(request, { headers: withBoth(request.headers, headers, token) }),
          `${origin}${prefix}${proxy}`
        ))
  )
})
