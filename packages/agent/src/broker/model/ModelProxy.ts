/**
 * Forwards the agent's model requests with the real key. The answer goes through as it comes; beside it tokens are counted, the end of a
 * usage limit is noted, and a stream that says nothing for too long is cut so that the agent asks again.
 */
import type { BrokerResult } from "@orchestrator/domain/BrokerResult"
import { Clock, Context, DateTime, Effect, Layer, Option, Redacted, type Scope, Stream } from "effect"
import {
  HttpClient,
  HttpClientError,
  HttpClientRequest,
  type HttpClientResponse,
  type HttpServerRequest,
  HttpServerResponse
} from "effect/http"
import { BrokerConfig } from "../BrokerConfig.ts"
import { connectionProblem } from "../ConnectionProblem.ts"
import { Credentials } from "../Credentials.ts"
import { makePlaces } from "../Places.ts"
import { Witness } from "../Witness.ts"
import { modelError } from "./ModelError.ts"
import { allowedPath, answerHeaders, isTurn, requestHeaders } from "./ModelRequest.ts"
import { resetOf } from "./RateLimit.ts"
import { type Meter, Spending } from "./Spending.ts"
import { sseReader } from "./Sse.ts"
import { type AnswerUsage, isPing, outputBefore, usageAfter, usageOf, usageOfPart } from "./Usage.ts"

/** The API's own bound on a request. */
const largestRequest = 32 * 1_048_576
const largestPlainAnswer = 8 * 1_048_576
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

const refusals = {
  Budget: "The budget of this run is spent. Stop here: what is committed is delivered.",
  Turns: "The turns of this run are spent. Stop here: what is committed is delivered.",
  Cancelled: "This run is cancelled."
} as const

const parseTime = (text: string): number | undefined =>
  Option.getOrUndefined(Option.map(DateTime.make(text), (time) => Math.floor(time.epochMilliseconds / 1000)))

export class ModelProxy extends Context.Service<ModelProxy, {
  /** Answers a request whose path below `/anthropic` is given. */
  readonly handle: (
    request: HttpServerRequest.HttpServerRequest,
    path: string,
    query: string
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, never, Scope.Scope>
}>()("@orchestrator/agent/broker/model/ModelProxy") {
  static readonly layer = Layer.effect(
    ModelProxy,
    Effect.gen(function*() {
      const client = yield* HttpClient.HttpClient
      const { modelKey, redact } = yield* Credentials
      const spending = yield* Spending
      const witness = yield* Witness
      const { model } = yield* BrokerConfig
      const places = makePlaces(atOnce)

      const noteLimit = Effect.fnUntraced(function*(response: HttpClientResponse.HttpClientResponse) {
        if (response.status !== 429) {
          if (response.status >= 300 || (yield* witness.read).resetAt === undefined) return
          return yield* witness.update(({ resetAt: _, ...result }) => result)
        }
        const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
        const reset = resetOf(response.headers, now, parseTime)
        const resetAt = reset === undefined
          ? undefined
          : Option.map(DateTime.make(reset * 1000), (time) => DateTime.formatIso(time))
        if (resetAt === undefined || Option.isNone(resetAt)) return
        yield* witness.update((result) => ({ ...result, resetAt: resetAt.value }))
      })

      /** Fails once nothing but pings came for the allowed time. */
      const silence = (lastWord: () => number) =>
        Effect.gen(function*() {
          const bound = model.idleSeconds * 1000
          let left = bound
          while (left > 0) {
            yield* Effect.sleep(left)
            left = lastWord() + bound - (yield* Clock.currentTimeMillis)
          }
          yield* Effect.logWarning(`the model's answer has been silent for ${model.idleSeconds} s; it is cut`)
          return yield* Effect.fail("silent" as const)
        })

      /** The bytes of an event stream, counted on their way. */
      const counted = (bytes: Stream.Stream<Uint8Array, HttpClientError.HttpClientError>, meter: Meter) =>
        Stream.unwrap(Effect.gen(function*() {
          const clock = yield* Clock.Clock
          const reader = sseReader()
          let usage: AnswerUsage | undefined
          let untold = 0
          let lastWord = clock.currentTimeMillisUnsafe()
          return bytes.pipe(
            Stream.tap((chunk) => {
              let next = usage
              for (const data of reader.read(chunk)) {
                if (!isPing(data)) lastWord = clock.currentTimeMillisUnsafe()
                const before = next
                next = usageAfter(next, data)
                untold = next === before ? untold + outputBefore(data) : 0
              }
              if (next === undefined || next === usage) return Effect.void
              usage = next
              return meter(next)
            }),
            Stream.interruptWhen(silence(() => lastWord)),
            // The count comes last: whoever leaves before it is charged by what was seen.
            Stream.ensuring(
              Effect.suspend(() =>
                usage === undefined || untold === 0 ? Effect.void : meter({ ...usage, output: usage.output + untold })
              )
            )
          )
        }))

      /** The bytes of a plain answer, kept beside to be counted at their end. */
      const weighed = (bytes: Stream.Stream<Uint8Array, HttpClientError.HttpClientError>, meter: Meter) =>
        Stream.suspend(() => {
          const kept: Array<Uint8Array> = []
          let size = 0
          let weighedAll = false
          const text = () => Buffer.concat(kept).toString("utf8")
          return bytes.pipe(
            Stream.tap((chunk) =>
              Effect.sync(() => {
                size += chunk.length
                if (size <= largestPlainAnswer) kept.push(chunk)
              })
            ),
            Stream.onEnd(Effect.suspend(() => {
              weighedAll = true
              const usage = size > largestPlainAnswer ? usageOfPart(text(), size) : usageOf(text())
              return usage === undefined ? Effect.void : meter(usage)
            })),
            Stream.ensuring(
              Effect.suspend(() => weighedAll || size === 0 ? Effect.void : meter(usageOfPart(text(), size)))
            )
          )
        })

      const answer = Effect.fnUntraced(function*(response: HttpClientResponse.HttpClientResponse, path: string) {
        yield* noteLimit(response)
        const headers = answerHeaders(response.headers)
        const { "content-length": _, ...rest } = headers
        if (response.status >= 300) {
          const body = yield* response.stream.pipe(
            Stream.runFold(
              () => "",
              (text, chunk) => text.length > largestError ? text : text + Buffer.from(chunk).toString("latin1")
            )
          )
          const text = redact(Buffer.from(body, "latin1").toString("utf8")).slice(0, largestError).toWellFormed()
          return HttpServerResponse.text(text, {
            status: response.status,
            headers: rest,
            contentType: headers["content-type"] ?? "text/plain"
          })
        }
        const isStream = /^text\/event-stream\b/i.test(headers["content-type"] ?? "")
        const bytes = !isTurn(path)
          ? response.stream
          : isStream
          ? counted(response.stream, spending.meter())
          : weighed(response.stream, spending.meter())
        // Without its length an answer ends for the agent when it has been counted, not before.
        return HttpServerResponse.stream(bytes, {
          status: response.status,
          headers: isTurn(path) ? rest : headers,
          contentType: headers["content-type"] ?? "application/octet-stream"
        })
      })

      const forward = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest, path: string) {
        const key = yield* modelKey
        if (key === undefined) {
          yield* witness.update((result) => ({ ...result, problem: noKey, missing: "ModelKey" }))
          return modelError("authentication_error", noKey)
        }
        yield* witness.update(withKey)
        const length = Number(request.headers["content-length"] ?? 0)
        if (length > largestRequest) return modelError("request_too_large", "The request is larger than 32 MiB.")
        const bare = HttpClientRequest.make(request.method === "GET" ? "GET" : "POST")(`${model.baseUrl}${path}`, {
          headers: requestHeaders(request.headers, { type: key.type, value: Redacted.value(key.value) })
        })
        const body = request.method === "GET" ? bare : HttpClientRequest.bodyStream(bare, request.stream, {
          contentType: request.headers["content-type"] ?? "application/json",
          ...(request.headers["content-length"] === undefined ? {} : { contentLength: length })
        })
        const response = yield* client.execute(body).pipe(
          Effect.timeoutOption(`${model.answerSeconds} seconds`)
        )
        return Option.isNone(response)
          ? modelError("timeout_error", `The model API gave no answer within ${model.answerSeconds} s.`, {
            retry: true
          })
          : yield* answer(response.value, path)
      })

      const handle = Effect.fn("ModelProxy.handle")(
        function*(request: HttpServerRequest.HttpServerRequest, path: string, query: string) {
          if (request.method === "HEAD" && /^\/?$/.test(path)) return HttpServerResponse.empty({ status: 200 })
          const target = allowedPath(request.method, path, query)
          if (target === undefined) {
            return modelError("not_found_error", `${request.method} ${path} is not forwarded to the model API.`)
          }
          const refused = yield* spending.refusal
          if (refused !== undefined) return modelError("invalid_request_error", refusals[refused])
          return yield* forward(request, target)
        },
        Effect.catchIf(HttpClientError.isHttpClientError, (error) => {
          const words = redact(connectionProblem(error))
          return Effect.as(
            Effect.logWarning(`the model API at ${model.baseUrl} cannot be reached: ${words}`),
            modelError("api_error", `The model API cannot be reached: ${words}`, { retry: true })
          )
        })
      )

      return ModelProxy.of({
        handle: (request, path, query) =>
          Effect.gen(function*() {
            if (!(yield* places.take)) {
              return modelError("rate_limit_error", `More than ${atOnce} requests at once.`, { retry: true })
            }
            return yield* handle(request, path, query)
          }).pipe(Effect.provideService(HttpClient.TracerPropagationEnabled, false))
      })
    })
  )
}
