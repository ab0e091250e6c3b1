/** From flags to a client: finds the server, and the credentials that it wants. */
import { NodeHttpClient } from "@effect/platform-node"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { runnerNames } from "@orchestrator/domain/PodEnvironment"
import { formatTraceparent, parseTraceparent } from "@orchestrator/domain/TraceContext"
import { Config, Context, Effect, Layer, Option, type Redacted } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { clusterProxyClient } from "./ClusterProxy.ts"
import { CommandFailed } from "./CommandFailed.ts"
import { podToken, type TokenFlags, tokenOf } from "./Credentials.ts"
import { findLocalServer } from "./LocalServer.ts"
import { defaultNamespace, proxiedService, type ServerPlace, serverPlace, withRunsIn } from "./ServerPlace.ts"
import { workingFolder } from "./WorkingFolder.ts"

export interface ConnectInput extends TokenFlags {
  readonly server: Option.Option<string>
  readonly kubeconfig: Option.Option<string>
  readonly context: Option.Option<string>
  readonly namespace: Option.Option<string>
  readonly state: Option.Option<string>
  /** Namespace of the runs, where it is not the server's own. */
  readonly runsIn?: Option.Option<string>
  readonly apiService: string
  readonly serviceAccount: Option.Option<string>
  readonly audience: Option.Option<string>
}

const environment = Config.all({
  server: Config.option(Config.NonEmptyString("ORCHESTRATOR_SERVER")),
  namespace: Config.option(Config.NonEmptyString("ORCHESTRATOR_NAMESPACE")),
  runsIn: Config.option(Config.NonEmptyString("ORCHESTRATOR_RUNS_IN")),
  inPod: Config.option(Config.NonEmptyString("KUBERNETES_SERVICE_HOST"))
})

/** Of the installation, wherever its server is reached. */
export const namespaceOf = ({ namespace }: Pick<ConnectInput, "namespace">) =>
  Effect.map(
    environment,
    (env) => Option.getOrElse(Option.orElse(namespace, () => env.namespace), () => defaultNamespace)
  )

/** Where the server of this command is. */
export const findServer = Effect.fn("Connect.findServer")(function*(input: ConnectInput) {
  const env = yield* environment
  const state = Option.getOrUndefined(input.state)
  const local = yield* findLocalServer(state, yield* workingFolder)
  if (state !== undefined && local === undefined && Option.isNone(input.server)) {
    return yield* new CommandFailed({
      message: `No local server runs with the state folder ${state}. Start it: orchestrator dev --state ${state}`
    })
  }
  const place = serverPlace({
    server: Option.getOrUndefined(Option.orElse(input.server, () => env.server)),
    kubeconfig: Option.getOrUndefined(input.kubeconfig),
    context: Option.getOrUndefined(input.context),
    namespace: Option.getOrUndefined(Option.orElse(input.namespace, () => env.namespace)),
    state,
    token: yield* tokenOf(input)
  }, { local, inPod: Option.isSome(env.inPod) })
  const runsIn = Option.getOrUndefined(Option.orElse(input.runsIn ?? Option.none(), () => env.runsIn))
  const there = runsIn === undefined ? place : withRunsIn(place, runsIn)
  return there._tag === "InPod" ? { ...there, token: there.token ?? (yield* podToken) } : there
})

/** No bound on silence: a log may be quiet for as long as its agent thinks. */
const direct = NodeHttpClient.layerUndiciOptions({ bodyTimeout: 0, headersTimeout: 60_000 })

const notFound = (message: string) =>
  new CommandFailed({
    message:
      `${message}\nSay where the server is: start a local one with \`npm start\` (orchestrator dev), or --server URL, --kubeconfig FILE`
  })

const proxied = (place: Extract<ServerPlace, { readonly _tag: "ThroughCluster" }>, input: ConnectInput) =>
  Layer.effect(
    HttpClient.HttpClient,
    clusterProxyClient({
      ...place,
      service: proxiedService(input.apiService),
      serviceAccount: Option.getOrUndefined(input.serviceAccount),
      audience: Option.getOrUndefined(input.audience)
    }).pipe(Effect.catchTag("ConnectionError", ({ message }) => Effect.fail(notFound(message))))
  )

/** Of the trace that this command is part of, as CI systems and scripts say it. */
const inCallersTrace = Layer.effect(
  HttpClient.HttpClient,
  Effect.gen(function*() {
    const client = yield* HttpClient.HttpClient
    const trace = parseTraceparent(Option.getOrUndefined(yield* Config.option(Config.String(runnerNames.traceparent))))
    return trace === undefined
      ? client
      : HttpClient.mapRequest(client, HttpClientRequest.setHeader("traceparent", formatTraceparent(trace)))
  })
)

/** The server that a command speaks to, beside the client. */
export class Connected extends Context.Service<Connected, { readonly place: ServerPlace }>()(
  "@orchestrator/cli/connect/Connected"
) {}

/** Of a server that cannot answer now: a restart of its API server takes some seconds. */
const retries = 4

const clientOf = (place: ServerPlace, input: ConnectInput) => {
  const client = (baseUrl: string, token: Redacted.Redacted | undefined) =>
    OrchestratorClient.layerWith({ baseUrl, token, retries })
  return place._tag === "ThroughCluster"
    ? client(place.path ?? "", undefined).pipe(Layer.provideMerge(Layer.provide(inCallersTrace, proxied(place, input))))
    : client(place.url, place.token).pipe(Layer.provideMerge(Layer.provide(inCallersTrace, direct)))
}

/** OrchestratorClient, the HttpClient under it, and where they lead. */
export const connected = (input: ConnectInput) =>
  Layer.unwrap(
    Effect.map(
      findServer(input),
      (place) => Layer.merge(clientOf(place, input), Layer.succeed(Connected, { place }))
    )
  )
