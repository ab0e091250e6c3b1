/**
 * Forwards the agent's model requests with the real key, as they were checked and as far as the run may pay for them. The answer goes
 * through as it comes; beside it tokens are counted, and the end of a usage limit is noted.
 */
import type { BrokerResult } from "@orchestrator/domain/BrokerResult"
import { Context, DateTime, Effect, Layer, Option, Redacted, Result, type Scope, Stream } from "effect"
import {
  HttpClient,
  HttpClientError,
  HttpClientRequest,
  type HttpClientResponse,
  type HttpServerRequest,
  HttpServerResponse
} from "effect/http"
import { BrokerConfig } from "../broker/BrokerConfig.ts"
import { connectionProblem, wasNeverSent } from "../broker/ConnectionProblem.ts"
import { Credentials } from "../broker/Credentials.ts"
import { makePlaces } from "../broker/Places.ts"
import { Witness } from "../broker/Witness.ts"
import { meteredEvents, meteredPlain } from "./messages/AnswerMeter.ts"
import { allowedPath, answerHeaders, isTurn, requestHeaders } from "./messages/ModelRequest.ts"
import { accountLimitEnd, resetOf } from "./messages/RateLimit.ts"
import { type Checked, checkRequest } from "./messages/RequestCheck.ts"
import { modelError } from "./ModelError.ts"
import { makeBodies } from "./RequestBody.ts"
import { type Let, Spending } from "./Spending.ts"

const largestError = 65_536
/** The agent, its subagents and a count of tokens now and then; more is a flood. */
const atOnce = 24

const noKey =
  "There is no key for the model API: the Secret that secrets.apiKeySecretName names is missing or has no such key."

/** The key has come after all. */
const withKey = (result: BrokerResult): BrokerResult => {
  if (result.missing !== "ModelKey") return result
  const { missing: _, problem: __, ...rest } = result
  return rest
}

const parseTime = (text: string): number | undefined =>
  Option.getOrUndefined(Option.map(DateTime.make(text), (time) => Math.floor(time.epochMilliseconds / 1000)))

const isoOf = (epochSeconds: number | undefined): string | undefined =>
  epochSeconds === undefined
    ? undefined
    : Option.getOrUndefined(Option.map(DateTime.make(epochSeconds * 1000), DateTime.formatIso))

export class ModelProxy extends Context.Service<ModelProxy, {
  /** Answers a request whose path below `/anthropic` is given. */
  readonly handle: (
    request: HttpServerRequest.HttpServerRequest,
    path: string,
    query: string
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, never, Scope.Scope>
}>()("@orchestrator/agent/model/ModelProxy") {
  static readonly layer = Layer.effect(
    ModelProxy,
    Effect.gen(function*() {
      const client = yield* HttpClient.HttpClient
      const { modelKey, redact } = yield* Credentials
      const spending = yield* Spending
      const witness = yield* Witness
      const { model } = yield* BrokerConfig
      const places = makePlaces(atOnce)
      const bodies = makeBodies()

      /** A limit that was met, with its end where that is known; an answer shows that none is in force any more. */
      const noteLimit = Effect.fnUntraced(function*(
        { headers, status }: HttpClientResponse.HttpClientResponse,
        words: string
      ) {
        const account = status === 400 ? accountLimitEnd(words) : undefined
        if (status === 429 || account !== undefined) {
          const now = yield* DateTime.now
          const reset = account === undefined
            ? resetOf(headers, Math.floor(now.epochMilliseconds / 1000), parseTime)
            : parseTime(account)
          const resetAt = isoOf(reset)
          return yield* witness.update((result) => ({
            ...result,
            limitedAt: DateTime.formatIso(now),
            ...(resetAt === undefined ? {} : { resetAt })
          }))
        }
        if (status >= 300 || (yield* witness.read).resetAt === undefined) return
        yield* witness.update(({ resetAt: _, ...result }) => result)
      })

      const failure = Effect.fnUntraced(function*(response: HttpClientResponse.HttpClientResponse) {
        const body = yield* response.stream.pipe(
          Stream.runFold(
            () => "",
            (text, chunk) => text.length > largestError ? text : text + Buffer.from(chunk).toString("latin1")
          )
        )
        const text = redact(Buffer.from(body, "latin1").toString("utf8")).slice(0, largestError).toWellFormed()
        yield* noteLimit(response, text)
        const { "content-length": _, ...headers } = answerHeaders(response.headers)
        return HttpServerResponse.text(text, {
          status: response.status,
          headers,
          contentType: headers["content-type"] ?? "text/plain"
        })
      })

      const answer = Effect.fnUntraced(function*(
        response: HttpClientResponse.HttpClientResponse,
        claim: Let | undefined
      ) {
        if (response.status >= 300) {
          // The API takes nothing for an answer that it did not give.
          yield* claim?.free ?? Effect.void
          return yield* failure(response)
        }
        yield* noteLimit(response, "")
        const headers = answerHeaders(response.headers)
        const contentType = headers["content-type"] ?? "application/octet-stream"
        const { status } = response
        if (claim === undefined) return HttpServerResponse.stream(response.stream, { status, headers, contentType })
        const isStream = /^text\/event-stream\b/i.test(contentType)
        // Without its length an answer ends for the agent when it has been counted, not before.
        const { "content-length": _, ...rest } = headers
        return HttpServerResponse.stream(
          isStream
            ? meteredEvents(response.stream, claim, model.idleSeconds)
            : meteredPlain(response.stream, claim),
          { status, headers: rest, contentType }
        )
      })

      /** Asks the API. What was reserved is given back where the request did not even get there. */
      const send = Effect.fnUntraced(function*(request: HttpClientRequest.HttpClientRequest, claim: Let | undefined) {
        const response = yield* client.execute(request).pipe(
          Effect.timeoutOption(`${model.answerSeconds} seconds`),
          Effect.tapError((error) => claim !== undefined && wasNeverSent(error) ? claim.free : Effect.void)
        )
        return Option.isNone(response)
          ? modelError("timeout_error", `The model API gave no answer within ${model.answerSeconds} s.`, {
            retry: true
          })
          : yield* answer(response.value, claim)
      })

      const forward = Effect.fnUntraced(function*(
        request: HttpServerRequest.HttpServerRequest,
        path: string,
        checked: Checked | undefined
      ) {
        const key = yield* modelKey
        if (key === undefined) {
          yield* witness.update((result) => ({ ...result, problem: noKey, missing: "ModelKey" }))
          return modelError("authentication_error", noKey)
        }
        yield* witness.update(withKey)
        const headers = requestHeaders(
          request.headers,
          { type: key.type, value: Redacted.value(key.value) },
          model.policy.model
        )
        const bare = HttpClientRequest.make(checked === undefined ? "GET" : "POST")(`${model.baseUrl}${path}`, {
          headers
        })
        if (checked === undefined) return yield* send(bare, undefined)
        const whole = HttpClientRequest.bodyText(bare, checked.body, "application/json")
        if (!isTurn(path)) return yield* send(whole, undefined)
        const claim = yield* spending.ask(checked)
        return "reason" in claim
          ? modelError("invalid_request_error", claim.message, { retry: claim.retry })
          : yield* send(whole, claim)
      })

      /** The request as it may go on, or the answer that it gets instead. */
      const check = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest, path: string) {
        if ((request.headers["content-encoding"] ?? "identity") !== "identity") {
          return modelError("invalid_request_error", "content-encoding: expected a body that is not compressed.")
        }
        const body = yield* bodies.read(request)
        if (body === "TooLarge") return modelError("request_too_large", "The request is larger than 32 MiB.")
        if (body === "Busy") return modelError("overloaded_error", "Too much is asked at once.", { retry: true })
        const checked = checkRequest(body, model.policy, !isTurn(path))
        if (Result.isSuccess(checked)) return checked.success
        const { message, model: refused, type } = checked.failure
        if (refused !== undefined) yield* spending.refuseModel(refused)
        return modelError(type, message)
      })

      const handle = Effect.fn("ModelProxy.handle")(
        function*(request: HttpServerRequest.HttpServerRequest, path: string, query: string) {
          if (request.method === "HEAD" && /^\/?$/.test(path)) return HttpServerResponse.empty({ status: 200 })
          const target = allowedPath(request.method, path, query)
          if (target === undefined) {
            return modelError("not_found_error", `${request.method} ${path} is not forwarded to the model API.`)
          }
          if (yield* spending.isCancelled) return modelError("invalid_request_error", "This run is cancelled.")
          if (request.method === "GET") return yield* forward(request, target, undefined)
          const checked = yield* check(request, target)
          return HttpServerResponse.isHttpServerResponse(checked) ? checked : yield* forward(request, target, checked)
        },
        Effect.catchIf(HttpClientError.isHttpClientError, (error) => {
          const words = redact(connectionProblem(error))
          return Effect.as(
            Effect.logWarning(`the model API at ${model.baseUrl} cannot be reached: ${words}`),
            modelError("api_error", `The model API cannot be reached: ${words}`, { retry: true })
          )
        }),
        Effect.catch((error) =>
          Effect.succeed(modelError("invalid_request_error", `The request cannot be read: ${error.message}`))
        )
      )

      return ModelProxy.of({
        handle: (request, path, query) =>
          Effect.gen(function*() {
            if (!(yield* places.take)) {
              return modelError("overloaded_error", `More than ${atOnce} requests at once.`, { retry: true })
            }
            return yield* handle(request, path, query)
          }).pipe(Effect.provideService(HttpClient.TracerPropagationEnabled, false))
      })
    })
  )
}
