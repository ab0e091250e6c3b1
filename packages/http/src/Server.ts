/**
 * The HTTP server on a socket. Stopping takes no new connection, ends log streams at once, lets requests finish within a bound, and then
 * closes what is left.
 */
import { NodeHttpServer } from "@effect/platform-node"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Context, type Duration, Effect, Layer, Predicate, Schema } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { createServer, type Server as NodeServer } from "node:http"
import { isLoopback } from "./server/Guard.ts"
import { routes } from "./server/Routes.ts"
import { routerConfig } from "./server/RouteTable.ts"
import { Stopping } from "./server/Stopping.ts"

/** Why the server does not start, in a sentence that says what to do. */
export class ServerRefused extends Schema.TaggedError<ServerRefused>()("ServerRefused", {
  reason: Schema.Literals(["NotLoopback", "PortInUse", "PortForbidden", "AddressUnknown", "Failed"]),
  message: Schema.String
}) {}

export interface ServerOptions {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  readonly auth: OrchestratorConfig["auth"]
  /** How long requests may take to finish when the server stops. Default 5 seconds. */
  readonly grace?: Duration.Input
}

export class Server extends Context.Service<Server, {
  /** `http://127.0.0.1:8080` */
  readonly url: string
}>()("@orchestrator/http/Server") {
  /** Needs KubernetesClient, HttpSettings and Readiness. */
  static readonly layerWith = (options: ServerOptions) =>
    Layer.effect(
      Server,
      Effect.gen(function*() {
        const { stop } = yield* Stopping
        yield* Effect.addFinalizer(() => stop)
        return { url: yield* HttpServer.addressFormattedWith(Effect.succeed) }
      })
    ).pipe(
      Layer.provide(HttpRouter.serve(routes({ loopback: isLoopback(options.host) }), {
        routerConfig,
        disableLogger: true,
        disableListenLog: true
      })),
      Layer.provide(socket(options)),
      Layer.provide(Stopping.layer),
      Layer.provide(Layer.effectDiscard(allowed(options)))
    )
}

const allowed = ({ auth, host }: ServerOptions) =>
  auth.mode === "none" && !isLoopback(host)
    ? Effect.fail(
      new ServerRefused({
        reason: "NotLoopback",
        message:
          `Refusing to listen on ${host} without authentication: whoever reaches the port could start agents. Set server.host `
          + "(SERVER_HOST) to 127.0.0.1 and reach it with `kubectl port-forward`, ssh -L, or a proxy that authenticates"
      })
    )
    : Effect.void

const codeOf = (cause: unknown): unknown => Predicate.hasProperty(cause, "code") ? cause.code : undefined

const refusedBy = ({ host, port }: ServerOptions, cause: unknown): ServerRefused => {
  switch (codeOf(cause)) {
    case "EADDRINUSE":
      return new ServerRefused({
        reason: "PortInUse",
        message:
          `Port ${port} on ${host} is in use by another program. Stop that program, or choose another port with --port `
          + "(server.port, SERVER_PORT)"
      })
    case "EACCES":
      return new ServerRefused({
        reason: "PortForbidden",
        message:
          `This user may not listen on port ${port}. Choose a port of 1024 or more with --port (server.port, SERVER_PORT)`
      })
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new ServerRefused({
        reason: "AddressUnknown",
        message: `${host} is no address of this machine. Set server.host (SERVER_HOST) to 127.0.0.1 or localhost`
      })
    default:
      return new ServerRefused({
        reason: "Failed",
        message: `Cannot listen on ${host}:${port}: ${cause instanceof Error ? cause.message : String(cause)}`
      })
  }
}

const timeouts = { requestTimeout: 60_000, headersTimeout: 15_000, keepAliveTimeout: 5_000, maxHeaderSize: 16_384 }

/** Finalizers run in reverse: the bounded wait of the listener below, then the connections that are still open, then the socket. */
const socket = (options: ServerOptions) => {
  const server: NodeServer = createServer(timeouts)
  const listener = NodeHttpServer.layer(() => server, {
    host: options.host,
    port: options.port,
    gracefulShutdownTimeout: options.grace ?? "5 seconds"
  }).pipe(Layer.catchTag("ServeError", ({ cause }) => Layer.effectContext(Effect.fail(refusedBy(options, cause)))))
  const closer = Layer.effectDiscard(Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections())))
  return closer.pipe(Layer.provideMerge(listener))
}
