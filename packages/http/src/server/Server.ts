/**
 * The HTTP server on a socket. Stopping takes no new connection, ends log streams at once, lets requests finish within a bound, and then
 * closes what is left.
 */
import { NodeFileSystem, NodePath } from "@effect/platform-node"
import type { DashboardConfig } from "@orchestrator/domain/DashboardConfig"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Context, type Duration, Effect, Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { AnswerTexts } from "../handlers/AnswerTexts.ts"
import { mostListeners } from "../handlers/events/RunLog.ts"
import type { SignInLinks } from "../services/SignInLinks.ts"
import { Stopping } from "../services/Stopping.ts"
import type { BacklogOptions } from "./Backlog.ts"
import { withoutBasePath } from "./BasePath.ts"
import { isLoopback } from "./Guard.ts"
import { metricsServer } from "./MetricsServer.ts"
import { inNamespaces } from "./OtherNamespaces.ts"
import type { PageOptions } from "./page/Page.ts"
import { type OtherRoutes, routes, type RoutesOptions } from "./Routes.ts"
import { routerConfig } from "./RouteTable.ts"
import { ServerRefused } from "./ServerRefused.ts"
import { socket } from "./Socket.ts"

export interface ServerOptions {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /** Where the metrics are, when not beside the API. */
  readonly metricsPort?: number
  readonly tls?: { readonly certFile: string; readonly keyFile: string }
  /** Time between looks at the files of `tls`. Default 10 seconds. */
  readonly reloadEvery?: Duration.Input
  /** Connections at a time, of which streams of events may take three quarters. Default 2000. */
  readonly maxConnections?: number
  /** What may wait for readers that do not take it. */
  readonly backlog?: BacklogOptions
  /** `tokens`: by default any. */
  readonly auth: Omit<OrchestratorConfig["auth"], "tokens"> & Partial<OrchestratorConfig["auth"]>
  /** Where callers have a token from. Default: `kubectl create token`. */
  readonly tokenHint?: string | undefined
  /** The page's part of the configuration. */
  readonly dashboard?: DashboardConfig | undefined
  /** One-time links, where the server makes any. */
  readonly links?: SignInLinks | undefined
  /** Routes beside the API. */
  readonly also?: OtherRoutes | undefined
  /** Folder of the build of the page at `/`. Default: there is no page. */
  readonly page?: PageOptions["folder"] | undefined
  /** Path below which a proxy puts this server without leaving it off: `/orchestrator`. Default: none. */
  readonly basePath?: string | undefined
  /** Whether runs of another namespace are served too, below `/namespaces/NAME`. Default: of none. */
  readonly servesNamespace?: (namespace: string) => boolean
  /** How long requests may take to finish when the server stops. Default 5 seconds. */
  readonly grace?: Duration.Input
}

export class Server extends Context.Service<Server, {
  /** `http://127.0.0.1:8080` */
  readonly url: string
  /** Base URL of `/metrics`. */
  readonly metricsUrl: string
}>()("@orchestrator/http/server/Server") {
  /** Needs KubernetesClient, HttpSettings and Readiness. */
  static readonly layerWith = (options: ServerOptions) =>
    Layer.effect(
      Server,
      Effect.gen(function*() {
        const { stop } = yield* Stopping
        const { url: metricsUrl } = yield* MetricsListener
        yield* Effect.addFinalizer(() => stop)
        const address = yield* HttpServer.addressFormattedWith(Effect.succeed)
        const url = options.tls === undefined ? address : address.replace(/^http:/, "https:")
        return { url, metricsUrl: metricsUrl ?? url }
      })
    ).pipe(
      Layer.provide(HttpRouter.serve(routes(routesOf(options)), {
        routerConfig,
        disableLogger: true,
        disableListenLog: true,
        middleware: (app) =>
          withoutBasePath(options.basePath ?? "")(inNamespaces(options.servesNamespace ?? (() => false))(app))
      })),
      Layer.provide(AnswerTexts.layer),
      Layer.provide(Layer.succeed(mostListeners, Math.ceil((options.maxConnections ?? defaultConnections) * 3 / 4))),
      Layer.provide(api(options)),
      Layer.provide(metrics(options)),
      Layer.provide([NodeFileSystem.layer, NodePath.layer]),
      Layer.provide(Stopping.layer),
      Layer.provide(Layer.effectDiscard(allowed(options)))
    )
}

const routesOf = (options: ServerOptions): RoutesOptions => ({
  loopback: isLoopback(options.host),
  access: options.auth.mode === "none" ? "everybody" : { ...options.auth, tokenHint: options.tokenHint },
  metricsPort: options.metricsPort,
  dashboard: options.dashboard,
  links: options.links,
  page: options.page,
  also: options.also
})

/** Loopback is no authentication: other users and programs of this machine reach it as well. So nobody is let in unless it is written. */
const allowed = ({ auth, host }: ServerOptions) => {
  if (auth.mode !== "none") return Effect.void
  return auth.allowUnauthenticated || isLoopback(host)
    ? Effect.logWarning(
      `The HTTP API on ${host} accepts unauthenticated requests (auth.mode is none): anyone who can reach the port, including `
        + "other users of this machine, can start agents with every Secret that a run may name, and read what they do. Set auth.mode "
        + "to kubernetes to require tokens of the cluster"
    )
    : Effect.fail(
      new ServerRefused({
        reason: "NotLoopback",
        message:
          `Refusing to listen on ${host} without authentication: anyone who can reach the port could start agents. Set auth.mode to `
          + "kubernetes, or server.host (SERVER_HOST) to 127.0.0.1 and reach it with `kubectl port-forward`, ssh -L, or a proxy "
          + "that authenticates; auth.allowUnauthenticated: true accepts the risk"
      })
    )
}

const defaultConnections = 2000

/** Scrapes and probes. */
const mostMetricsConnections = 64

const api = (
  { backlog, grace = "5 seconds", host, maxConnections = defaultConnections, port, reloadEvery, tls }: ServerOptions
) =>
  socket({
    host,
    port,
    grace,
    maxConnections,
    backlog,
    setting: "--port (server.port, SERVER_PORT)",
    tls: tls === undefined ? undefined : { ...tls, every: reloadEvery }
  })

class MetricsListener extends Context.Service<MetricsListener, {
  readonly url: string | undefined
}>()("@orchestrator/http/server/MetricsListener") {}

const metrics = ({ grace = "5 seconds", host, metricsPort }: ServerOptions) =>
  metricsPort === undefined
    ? Layer.succeed(MetricsListener, { url: undefined })
    : Layer.effect(
      MetricsListener,
      Effect.map(HttpServer.addressFormattedWith(Effect.succeed), (url) => ({ url }))
    ).pipe(
      Layer.provide(metricsServer({
        host,
        port: metricsPort,
        grace,
        maxConnections: mostMetricsConnections,
        setting: "server.metricsPort (METRICS_PORT)"
      }))
    )
