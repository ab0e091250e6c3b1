/**
 * A listening socket. Stopping it takes no new connection, lets requests finish within a bound, and closes what is left: finalizers run
 * in reverse, the bounded wait of the listener first, then the connections that are still open, then the socket.
 */
import { NodeHttpServer } from "@effect/platform-node"
import { type Duration, Effect, Layer } from "effect"
import { createServer as createHttp, type IncomingMessage } from "node:http"
import { createServer as createHttps } from "node:https"
import type { Server, Socket } from "node:net"
import { type BacklogOptions, boundBacklog } from "./Backlog.ts"
import { type CertificateFiles, followCertificate, readCertificate } from "./Certificate.ts"
import { type Endpoint, refusedBy } from "./ServerRefused.ts"

export interface SocketOptions extends Endpoint {
  readonly grace: Duration.Input
  readonly tls?: CertificateFiles | undefined
  /** Connections at a time; more are closed at once. */
  readonly maxConnections: number
  readonly backlog?: BacklogOptions | undefined
}

const headersTimeout = 15_000

const timeouts = {
  requestTimeout: 60_000,
  headersTimeout,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 5_000,
  // A token and every filter of a list, at their longest.
  maxHeaderSize: 24_576
}

/** Node looks at the time of requests that have begun: a connection that says nothing would keep its place for ever. */
const bound = (server: Server, maxConnections: number) => {
  server.maxConnections = maxConnections
  server.on("connection", (socket) => void socket.setTimeout(headersTimeout, () => socket.destroy()))
  server.on("secureConnection", (socket: Socket) => void socket.setTimeout(headersTimeout, () => socket.destroy()))
  server.on("request", ({ socket }: IncomingMessage) => void socket.setTimeout(0))
}

const httpsServer = Effect.fnUntraced(function*(files: CertificateFiles) {
  const first = yield* readCertificate(files)
  const server = createHttps({ ...timeouts, handshakeTimeout: headersTimeout, ...first })
  yield* followCertificate(files, first, (pair) => server.setSecureContext(pair))
  return server
})

export const socket = (options: SocketOptions) =>
  Layer.unwrap(Effect.gen(function*() {
    const server = options.tls === undefined ? createHttp(timeouts) : yield* httpsServer(options.tls)
    bound(server, options.maxConnections)
    yield* boundBacklog(server, options.backlog)
    const listener = NodeHttpServer.layer(() => server, {
      host: options.host,
      port: options.port,
      gracefulShutdownTimeout: options.grace
    }).pipe(Layer.catchTag("ServeError", ({ cause }) => Layer.effectContext(Effect.fail(refusedBy(options, cause)))))
    const closer = Layer.effectDiscard(Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections())))
    return closer.pipe(Layer.provideMerge(listener))
  }))
