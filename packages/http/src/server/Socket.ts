/**
 * A listening socket. Stopping it takes no new connection, lets requests finish within a bound, and closes what is left: finalizers run
 * in reverse, the bounded wait of the listener first, then the connections that are still open, then the socket.
 */
import { NodeHttpServer } from "@effect/platform-node"
import { type Duration, Effect, Layer } from "effect"
import { createServer as createHttp } from "node:http"
import { createServer as createHttps } from "node:https"
import { type CertificateFiles, followCertificate, readCertificate } from "./Certificate.ts"
import { type Endpoint, refusedBy } from "./ServerRefused.ts"

export interface SocketOptions extends Endpoint {
  readonly grace: Duration.Input
  readonly tls?: CertificateFiles | undefined
}

const timeouts = { requestTimeout: 60_000, headersTimeout: 15_000, keepAliveTimeout: 5_000, maxHeaderSize: 16_384 }

const httpsServer = Effect.fnUntraced(function*(files: CertificateFiles) {
  const first = yield* readCertificate(files)
  const server = createHttps({ ...timeouts, ...first })
  yield* followCertificate(files, first, (pair) => server.setSecureContext(pair))
  return server
})

export const socket = (options: SocketOptions) =>
  Layer.unwrap(Effect.gen(function*() {
    const server = options.tls === undefined ? createHttp(timeouts) : yield* httpsServer(options.tls)
    const listener = NodeHttpServer.layer(() => server, {
      host: options.host,
      port: options.port,
      gracefulShutdownTimeout: options.grace
    }).pipe(Layer.catchTag("ServeError", ({ cause }) => Layer.effectContext(Effect.fail(refusedBy(options, cause)))))
    const closer = Layer.effectDiscard(Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections())))
    return closer.pipe(Layer.provideMerge(listener))
  }))
