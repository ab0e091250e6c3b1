/**
 * Forwards the agent's model requests with the real key, as they were checked and as far as the run may pay for them. The answer goes
 * through as it comes; beside it tokens are counted, and the end of a usage limit is noted.
 */
import type { BrokerResult } from "@orchestrator/domain/BrokerResult"
import { Context, DateTime, Effect, Layer, Option, Result, type Scope, Stream } from "effect"
import { HttpClient, HttpClientError, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { BrokerConfig } from "../broker/services/BrokerConfig.ts"
import { BrokerReport } from "../broker/services/BrokerReport.ts"
import { connectionProblem, wasNeverSent } from "../broker/services/ConnectionProblem.ts"
import { Credentials } from "../broker/services/Credentials.ts"
import { makeSlots } from "../broker/services/Slots.ts"
import type { ServedDialect } from "./Dialects.ts"
import type { Checked, Let, ModelDialect, Target } from "./ModelDialect.ts"
import type { Answer, Asked, ModelProvider, NoProof } from "./ModelProvider.ts"
import { Providers } from "./Providers.ts"
import { makeBodies } from "./RequestBody.ts"
import { Spending } from "./Spending.ts"

const largestError = 65_536
/** The agent, its subagents and a count of tokens now and then; more is a flood. */
const atOnce = 24

/** Answers of a server that has no room; it has not begun. */
const overloaded: ReadonlySet<number> = new Set([429, 502, 503, 529])

/** Who is asked, and who is instead. */
type Providing = readonly [ModelProvider, ...ReadonlyArray<ModelProvider>]

type SentAnswer = Effect.fn.Return<
  HttpServerResponse.HttpServerResponse,
  NoProof | HttpClientError.HttpClientError,
  never
>

/** An agent that speaks what its provider does not. */
const notSpoken = ({ api, name }: ModelDialect, asked: ReadonlyArray<{ readonly name: string }>): string =>
  `No provider of this run (${
    asked.map((each) => each.name).join(", ")
  }) speaks ${name}: set spec.provider, or model.providers with "${api}" in its apis.`

/** The key has come after all. */
const withKey = (result: BrokerResult): BrokerResult => {
  if (result.missing !== "ModelKey") return result
  const { missing: _, problem: __, ...rest } = result
  return rest
}

const isoOf = (epochSeconds: number | undefined): string | undefined =>
  epochSeconds === undefined
    ? undefined
    : Option.getOrUndefined(Option.map(DateTime.make(epochSeconds * 1000), DateTime.formatIso))

export class ModelProxy extends Context.Service<ModelProxy, {
  /** Answers a request of this dialect, whose path below its own is given. */
  readonly handle: (
    dialect: ServedDialect,
    request: HttpServerRequest.HttpServerRequest,
    path: string,
    query: string
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, never, Scope.Scope>
}>()("@orchestrator/agent/model/ModelProxy") {
  static readonly layer = Layer.effect(
    ModelProxy,
    Effect.gen(function*() {
      const client = yield* HttpClient.HttpClient
      const { redact } = yield* Credentials
      const providers = yield* Providers
      const spending = yield* Spending
      const brokerReport = yield* BrokerReport
      const { model } = yield* BrokerConfig
      const slots = makeSlots(atOnce)
      const bodies = makeBodies()

      const serve = (dialect: ModelDialect) => {
        const { refuse } = dialect
        /** A limit that was met, with its end where that is known; an answer shows that none is in force any more. */
        const noteLimit = Effect.fnUntraced(function*(
          { headers, status }: Answer,
          words: string
        ) {
          const now = yield* DateTime.now
          const limit = dialect.limit({ status, headers, words }, Math.floor(now.epochMilliseconds / 1000))
          if (limit !== undefined) {
            const resetAt = isoOf(limit.resetAt)
            return yield* brokerReport.update((result) => ({
              ...result,
              limitedAt: DateTime.formatIso(now),
              ...(resetAt === undefined ? {} : { resetAt })
            }))
          }
          if (status >= 300 || (yield* brokerReport.read).resetAt === undefined) return
          yield* brokerReport.update(({ resetAt: _, ...result }) => result)
        })

        const failure = Effect.fnUntraced(function*(response: Answer) {
          const body = yield* response.bytes.pipe(
            Stream.runFold(
              () => "",
              (text, chunk) => text.length > largestError ? text : text + Buffer.from(chunk).toString("latin1")
            )
          )
          const text = redact(Buffer.from(body, "latin1").toString("utf8")).slice(0, largestError).toWellFormed()
          yield* noteLimit(response, text)
          const { "content-length": _, ...headers } = dialect.answerHeaders(response.headers)
          return HttpServerResponse.text(text, {
            status: response.status,
            headers,
            contentType: headers["content-type"] ?? "text/plain"
          })
        })

        const answer = Effect.fnUntraced(function*(
          response: Answer,
          claim: Let | undefined
        ) {
          if (response.status >= 300) {
            // The API takes nothing for an answer that it did not give.
            yield* claim?.free ?? Effect.void
            return yield* failure(response)
          }
          yield* noteLimit(response, "")
          const headers = dialect.answerHeaders(response.headers)
          const contentType = headers["content-type"] ?? "application/octet-stream"
          const { status } = response
          if (claim === undefined) return HttpServerResponse.stream(response.bytes, { status, headers, contentType })
          // Without its length an answer ends for the agent when it has been counted, not before.
          const { "content-length": _, ...rest } = headers
          return HttpServerResponse.stream(
            dialect.meter(response.bytes, { contentType, claim, idleSeconds: model.idleSeconds }),
            { status, headers: rest, contentType }
          )
        })

        /** Asks the API. What was reserved is given back where the request did not even get there. */
        const send = Effect.fnUntraced(function*(
          [provider, ...others]: Providing,
          asked: Asked,
          claim: Let | undefined
        ): SentAnswer {
          const [next, ...rest] = others
          const attempt = Effect.gen(function*() {
            const request = yield* provider.request(asked)
            yield* brokerReport.update(withKey)
            return yield* client.execute(request).pipe(Effect.timeoutOption(`${model.answerSeconds} seconds`))
          })
          const insteadOf = (why: string, instead: ModelProvider) =>
            Effect.andThen(
              Effect.logWarning(`the model provider ${provider.name} ${why}; asking ${instead.name} instead`),
              send([instead, ...rest], asked, claim)
            )
          const tried = yield* Effect.result(attempt)
          if (Result.isFailure(tried)) {
            const { failure: error } = tried
            const unsent = error._tag === "NoProof" || wasNeverSent(error)
            if (unsent && next !== undefined) return yield* insteadOf("cannot be asked", next)
            if (unsent) yield* claim?.free ?? Effect.void
            return yield* Effect.fail(error)
          }
          const first = tried.success
          const response = Option.isSome(first) && (yield* provider.again(first.value)) ? yield* attempt : first
          if (Option.isSome(response) && next !== undefined && overloaded.has(response.value.status)) {
            yield* Effect.ignore(Stream.runDrain(response.value.stream))
            return yield* insteadOf(`answers ${response.value.status}`, next)
          }
          return Option.isNone(response)
            ? refuse("Timeout", `The model API did not answer within ${model.answerSeconds} s.`, {
              retry: true
            })
            : yield* answer(provider.answer(response.value, asked), claim)
        })

        /** The way to whoever serves the model, with what its refusals and failures are in this API's words. */
        const ask = Effect.fnUntraced(
          function*(all: Providing, asked: Asked, claim: Let | undefined) {
            return yield* send(all, asked, claim)
          },
          Effect.catchTag("NoProof", ({ message, missing }) =>
            Effect.as(
              brokerReport.update((result) => ({
                ...result,
                problem: message,
                ...(missing ? { missing: "ModelKey" as const } : {})
              })),
              refuse("NoKey", message)
            )),
          (answered, all) =>
            Effect.catchIf(answered, HttpClientError.isHttpClientError, (error) => {
              const words = redact(connectionProblem(error))
              return Effect.as(
                Effect.logWarning(
                  `the model API at ${all.map(({ address }) => address).join(", ")} cannot be reached: ${words}`
                ),
                refuse("Unreachable", `The model API cannot be reached: ${words}`, { retry: true })
              )
            })
        )

        const forward = Effect.fnUntraced(function*(
          request: HttpServerRequest.HttpServerRequest,
          target: Target,
          checked: Checked | undefined
        ) {
          const speaking = yield* providers.speaking(dialect)
          if (speaking.length === 0) return refuse("Invalid", notSpoken(dialect, model.providers))
          const [first, ...others] = speaking.filter(({ serves }) => serves(target))
          if (first === undefined) return refuse("NotFound", `${target.path} is not there at this run's provider.`)
          const all: Providing = [first, ...others]
          const asked: Asked = { dialect, target, headers: request.headers, checked, model: model.policy.model }
          if (checked === undefined || target.asks !== "answer") return yield* ask(all, asked, undefined)
          const claim = yield* spending.ask(checked)
          return "reason" in claim
            ? refuse("Invalid", claim.message, { retry: claim.retry })
            : yield* ask(all, asked, claim)
        })

        /** The request as it may go on, or the answer that it gets instead. */
        const check = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest, target: Target) {
          if ((request.headers["content-encoding"] ?? "identity") !== "identity") {
            return refuse("Invalid", "content-encoding: expected a body that is not compressed.")
          }
          const body = yield* bodies.read(request)
          if (body === "TooLarge") return refuse("TooLarge", "The request is larger than 32 MiB.")
          if (body === "Busy") return refuse("Overloaded", "Too many concurrent requests.", { retry: true })
          const checked = dialect.check(body, model.policy, target)
          if (Result.isSuccess(checked)) return checked.success
          const { kind, message, model: refused } = checked.failure
          if (refused !== undefined) yield* spending.refuseModel(refused)
          return refuse(kind, message)
        })

        const handle = Effect.fn("ModelProxy.handle")(
          function*(request: HttpServerRequest.HttpServerRequest, path: string, query: string) {
            if (request.method === "HEAD" && /^\/?$/.test(path)) return HttpServerResponse.empty({ status: 200 })
            const target = dialect.target(request.method, path, query)
            if (target === undefined) {
              return refuse("NotFound", `${request.method} ${path} is not forwarded to the model API.`)
            }
            if (yield* spending.isCancelled) return refuse("Invalid", "This run is cancelled.")
            if (target.asks === "look") return yield* forward(request, target, undefined)
            const checked = yield* check(request, target)
            const response = HttpServerResponse.isHttpServerResponse(checked)
              ? checked
              : yield* forward(request, target, checked)
            if (target.asks === "answer") yield* spending.answered(response.status)
            return response
          },
          Effect.catch((error) => Effect.succeed(refuse("Invalid", `The request cannot be read: ${error.message}`)))
        )

        return handle
      }
      const served = new Map<string, ReturnType<typeof serve>>()
      const handlerOf = (mount: string, dialect: ModelDialect) => {
        const known = served.get(mount)
        if (known !== undefined) return known
        const made = serve(dialect)
        served.set(mount, made)
        return made
      }

      return ModelProxy.of({
        handle: ({ load, mount }, request, path, query) =>
          Effect.gen(function*() {
            const dialect = yield* load
            if (!(yield* slots.tryAcquire)) {
              return dialect.refuse("Overloaded", `More than ${atOnce} concurrent requests.`, { retry: true })
            }
            return yield* handlerOf(mount, dialect)(request, path, query)
          }).pipe(Effect.provideService(HttpClient.TracerPropagationEnabled, false))
      })
    })
  )
}
