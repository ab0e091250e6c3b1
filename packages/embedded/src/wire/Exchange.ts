/** One request as the handlers see it, and the answers that they give. */
import type { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesError, KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import { Effect, type Result } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { gzip } from "node:zlib"
import type { ServedKind } from "../kinds/ServedKinds.ts"
import type { Form } from "./Negotiation.ts"
import { codeOf, failureStatus, type Subject } from "./StatusObject.ts"

export interface Exchange {
  readonly client: KubernetesClient["Service"]
  readonly kinds: ReadonlyArray<ServedKind>
  readonly method: string
  readonly query: URLSearchParams
  readonly form: Form
  readonly userAgent: string | undefined
  readonly contentType: string
  readonly acceptsGzip: boolean
  readonly body: Effect.Effect<Uint8Array, KubernetesErrorReason>
  /** The connection of a client that wants a WebSocket. */
  readonly socket: HttpServerRequest.HttpServerRequest["upgrade"] | undefined
  /** Ends when the server is asked to stop; streams end with it. */
  readonly closing: Effect.Effect<void>
}

export type Answer = Effect.Effect<HttpServerResponse.HttpServerResponse, KubernetesErrorReason>

/** Nothing but the reason: the client knows what it asked. */
export const reasonOnly = <A, R>(
  self: Effect.Effect<A, KubernetesError, R>
): Effect.Effect<A, KubernetesErrorReason, R> => Effect.mapError(self, ({ reason }) => reason)

export const orRefuse = <A>(parsed: Result.Result<A, KubernetesErrorReason>): Effect.Effect<A, KubernetesErrorReason> =>
  Effect.fromResult(parsed)

const headers = { "cache-control": "no-cache, private" }

/** Where compressing pays; what a real API server takes. */
const gzipFrom = 128 * 1024

const compress = (text: string): Effect.Effect<Uint8Array> =>
  Effect.callback((resume) =>
    gzip(text, { level: 1 }, (error, bytes) => resume(error === null ? Effect.succeed(bytes) : Effect.die(error)))
  )

export const json = (
  { acceptsGzip }: Pick<Exchange, "acceptsGzip">,
  body: unknown,
  status = 200,
  contentType = "application/json"
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const text = JSON.stringify(body)
  if (!acceptsGzip || text.length < gzipFrom) {
    return Effect.succeed(HttpServerResponse.text(text, { status, contentType, headers }))
  }
  return Effect.map(compress(text), (bytes) =>
    HttpServerResponse.uint8Array(bytes, {
      status,
      contentType,
      headers: { ...headers, "content-encoding": "gzip", vary: "Accept-Encoding" }
    }))
}

export const refusal = (reason: KubernetesErrorReason, subject?: Subject): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(JSON.stringify(failureStatus(reason, subject)), {
    status: codeOf(reason),
    contentType: "application/json",
    headers: "retryAfterSeconds" in reason ? { ...headers, "retry-after": String(reason.retryAfterSeconds) } : headers
  })
