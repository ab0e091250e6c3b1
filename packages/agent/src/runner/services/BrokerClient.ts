/** The run's broker as its contract says, and in one place what may come in place of an answer. */
import { printable } from "@orchestrator/domain/Printable"
import { type Effect, flow, Match, type Schema } from "effect"
import { HttpClient, type HttpClientError, HttpClientRequest } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { BrokerApi } from "../../pod/BrokerApi.ts"
import type { Endpoint } from "../../pod/Endpoint.ts"

/** Needs an HttpClient that knows the way to loopback. */
export const brokerClient = ({ token, url }: Endpoint) =>
  HttpApiClient.make(BrokerApi, {
    transformClient: HttpClient.mapRequest(
      flow(HttpClientRequest.prependUrl(url), HttpClientRequest.bearerToken(token))
    )
  })

export type BrokerClient = Effect.Success<ReturnType<typeof brokerClient>>

type Failing<F> = F extends (...args: ReadonlyArray<infer _>) => Effect.Effect<infer _A, infer E, infer _R> ? E : never

/** Why a request of whichever kind has no answer. */
export type BrokerFailure = { readonly [K in keyof BrokerClient]: Failing<BrokerClient[K]> }[keyof BrokerClient]

const unanswered = ({ message, reason }: HttpClientError.HttpClientError): string =>
  reason._tag === "TransportError" || !("response" in reason)
    ? `connection refused or reset (${message})`
    : `status ${reason.response.status}`

const said = ({ message }: { readonly message: string }) => printable(message, { max: 1000 }) || "it said no"

/** In words, and whether it is a no that will be said again. */
export const failureOf = (failure: BrokerFailure): { readonly refused: boolean; readonly reason: string } =>
  Match.value(failure).pipe(
    Match.tags({
      HttpClientError: (error) => ({ refused: false, reason: unanswered(error) }),
      SchemaError: ({ message }: Schema.SchemaError) => ({
        refused: false,
        reason: `not an answer of a broker: ${message}`
      }),
      RemoteFailed: (error) => ({ refused: false, reason: said(error) }),
      SignerBusy: (error) => ({ refused: false, reason: said(error) }),
      SigningFailed: (error) => ({ refused: false, reason: said(error) })
    }),
    Match.orElse((error) => ({ refused: true, reason: said(error) }))
  )
