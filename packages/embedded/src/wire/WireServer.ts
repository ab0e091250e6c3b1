/**
 * The embedded cluster over HTTP, in the wire format of Kubernetes: kubectl, client libraries and our own live client use it like a real
 * API server. Listens on loopback only, over TLS, and wants the token of its kubeconfig.
 */
import { NodeHttpServer } from "@effect/platform-node"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import { ByteSize, Context, Deferred, Duration, Effect, Exit, Layer, Redacted, Schema, Scope } from "effect"
import { HttpIncomingMessage, HttpServerRequest, type HttpServerResponse } from "effect/http"
import { randomBytes } from "node:crypto"
import { createServer } from "node:https"
import { EmbeddedStore } from "../EmbeddedStore.ts"
import { refused } from "../objects/Refusal.ts"
import { answer } from "./Answer.ts"
import { makeCertificate } from "./Certificate.ts"
import { type Exchange, refusal } from "./Exchange.ts"
import { makeGuard } from "./Guard.ts"
import { kubeconfigText } from "./Kubeconfig.ts"
import { negotiate } from "./Negotiation.ts"
import { parseTarget } from "./RequestTarget.ts"
import { findServed } from "./Resources.ts"
import { routeOf } from "./Route.ts"
import { selfReviewKinds } from "./SelfReviews.ts"

export interface WireServerOptions {
  /** 0: any that is free. Default 0. */
  readonly port?: number | undefined
  /** Absent: another one at each start. */
  readonly token?: Redacted.Redacted | undefined
  /** Namespace of the kubeconfig's context. Default `default`. */
  readonly namespace?: string | undefined
}

export class WireServerError extends Schema.TaggedError<WireServerError>()("WireServerError", {
  port: Schema.Int,
  message: Schema.String
}) {}

export class WireServer extends Context.Service<WireServer, {
  /** `https://127.0.0.1:port` */
  readonly url: string
  readonly port: number
  readonly token: Redacted.Redacted
  /** PEM of the certificate that clients are to trust. */
  readonly certificateAuthority: string
  /** The text of a kubeconfig with all of it. It holds the token. */
  readonly kubeconfig: string
}>()("@orchestrator/embedded/wire/WireServer") {}

/** What a real API server takes at most. */
const maxBody = ByteSize.mebibytes(3)

/** After this the connections of requests that do not end are closed. */
const shutdownTime = Duration.millis(500)

const host = "127.0.0.1"

const listenProblem = (port: number) => ({ cause }: { readonly cause: unknown }): WireServerError => {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined
  const message = code === "EADDRINUSE"
    ? `port ${port} of ${host} is in use by another program: stop it, or choose another one for the Kubernetes API with `
      + "--kube-port (0 takes any that is free)"
    : code === "EACCES"
    ? `port ${port} of ${host} may not be used by this user: choose one above 1023 (0 takes any that is free)`
    : `cannot listen on ${host}:${port}: ${cause instanceof Error ? cause.message : String(cause)}`
  return new WireServerError({ port, message })
}

const bodyOf = (request: HttpServerRequest.HttpServerRequest): Exchange["body"] =>
  request.arrayBuffer.pipe(
    Effect.map((buffer) => new Uint8Array(buffer)),
    Effect.provideService(HttpIncomingMessage.MaxBodySize, maxBody),
    Effect.mapError(() => refused(413, `expected a body of at most ${ByteSize.format(maxBody)}`))
  )

const malformed = refused(400, "expected a path of the Kubernetes API, percent-encoded where it has to be")

interface App {
  readonly client: KubernetesClient["Service"]
  readonly store: EmbeddedStore["Service"]
  readonly guard: ReturnType<typeof makeGuard>
  readonly closing: Effect.Effect<void>
  readonly address: string
}

const handle = ({ address, client, closing, guard, store }: App) =>
  Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const { headers, method } = request
    const target = parseTarget(request.url)
    if (target === undefined) return refusal(malformed)
    const route = routeOf(target.path)
    const stopped = guard(
      {
        host: headers["host"],
        origin: headers["origin"],
        authorization: headers["authorization"],
        impersonates: Object.keys(headers).some((name) => name.startsWith("impersonate-"))
      },
      route
    )
    if (stopped !== undefined) return refusal(stopped)
    const form = negotiate(headers["accept"])
    const exchange: Exchange = {
      client,
      kinds: [...yield* store.served, ...selfReviewKinds],
      method,
      query: target.query,
      form: form ?? {},
      userAgent: headers["user-agent"],
      contentType: headers["content-type"] ?? "",
      acceptsGzip: headers["accept-encoding"]?.includes("gzip") === true,
      body: bodyOf(request),
      socket: headers["upgrade"]?.toLowerCase() === "websocket" ? request.upgrade : undefined,
      closing
    }
    const served = route._tag === "Resource" ? findServed(exchange.kinds, route) : undefined
    const subject = served === undefined ? undefined : { ...route, kind: served.kind.kind }
    return yield* answer(exchange, route, form !== undefined, address).pipe(
      Effect.catchDefect((defect) =>
        Effect.andThen(
          Effect.logError(`${method} ${target.path} failed`, defect),
          Effect.fail<KubernetesErrorReason>({ _tag: "ServerError", status: 500, message: "internal error" })
        )
      ),
      Effect.match({
        onFailure: (reason): HttpServerResponse.HttpServerResponse => refusal(reason, subject),
        onSuccess: (response) => response
      })
    )
  })

const serve = Effect.fnUntraced(function*(options: WireServerOptions) {
  const client = yield* KubernetesClient
  const store = yield* EmbeddedStore
  const scope = yield* Effect.scope
  const token = options.token ?? Redacted.make(randomBytes(24).toString("base64url"))
  const { certificate, privateKey } = makeCertificate("orchestrator")
  const node = createServer({ cert: certificate, key: privateKey, keepAliveTimeout: 65_000, requestTimeout: 0 })
  const server = yield* NodeHttpServer.make(() => node, {
    port: options.port ?? 0,
    host,
    gracefulShutdownTimeout: shutdownTime
  }).pipe(Effect.mapError(listenProblem(options.port ?? 0)))
  // Runs when those that are being answered have had their time, and before the wait for the last connection.
  yield* Scope.addFinalizer(scope, Effect.sync(() => node.closeAllConnections()))
  const port = "port" in server.address ? server.address.port : 0
  const closing = yield* Deferred.make<void>()
  const app = handle({
    client,
    store,
    guard: makeGuard(Redacted.value(token), port),
    closing: Deferred.await(closing),
    address: `${host}:${port}`
  })
  yield* server.serve(app)
  yield* Scope.addFinalizer(scope, Deferred.done(closing, Exit.void))

  const url = `https://${host}:${port}`
  return WireServer.of({
    url,
    port,
    token,
    certificateAuthority: certificate,
    kubeconfig: kubeconfigText({
      server: url,
      certificateAuthority: certificate,
      token: Redacted.value(token),
      name: "orchestrator",
      namespace: options.namespace ?? "default"
    })
  })
})

/** Serves the embedded cluster for as long as the layer lives. */
export const layerWith = (
  options: WireServerOptions = {}
): Layer.Layer<WireServer, WireServerError, KubernetesClient | EmbeddedStore> =>
  Layer.effect(WireServer, serve(options))
