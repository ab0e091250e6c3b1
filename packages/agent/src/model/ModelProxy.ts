/**
 * Forwards the agent's model requests with the real key, as they were checked and as far as the run may pay for them. The answer goes
 * through as it comes; beside it tokens are counted, and the end of a usage limit is noted.
 */
import type { BrokerResult } from "@orchestrator/domain/BrokerResult"
import { Context, Effect, Layer, Option, Result, type Scope, Stream } from "effect"
import { HttpClient, HttpClientError, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { BrokerConfig } from "../broker/services/BrokerConfig.ts"
import { BrokerReport } from "../broker/services/BrokerReport.ts"
import { connectionProblem, wasNeverSent } from "../broker/services/ConnectionProblem.ts"
import { Credentials } from "../broker/services/Credentials.ts"
import { makeSlots } from "../broker/services/Slots.ts"
import { makeAnswerNotes } from "./AnswerNotes.ts"
import type { ServedDialect } from "./Dialects.ts"
import { makeFailover, restSeconds } from "./Failover.ts"
import type { Checked, Let, ModelDialect, Target } from "./ModelDialect.ts"
import type { Answer, Asked, Came, ModelProvider, NoProof } from "./ModelProvider.ts"
import { Providers } from "./Providers.ts"
import { makeBodies } from "./RequestBody.ts"
import { type Claimed, Spending } from "./Spending.ts"

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

/** Of an error, as much as is looked at. */
const textOf = <E>(bytes: Stream.Stream<Uint8Array, E>) =>
  bytes.pipe(
    Stream.runFold(
      () => "",
      (text, chunk) => text.length > largestError ? text : text + Buffer.from(chunk).toString("latin1")
    ),
    Effect.map((text) => Buffer.from(text, "latin1").toString("utf8"))
  )

/** An answer as it comes; the text of a refusal is there already, for several have to read it. */
interface Held extends Came {
  readonly text: string | undefined
}

const held = ({ headers, status, stream }: Came): Effect.Effect<Held> =>
  status < 300
    ? Effect.succeed({ headers, status, stream, text: undefined })
    : textOf(stream).pipe(
      Effect.timeout("10 seconds"),
      Effect.orElseSucceed(() => ""),
      Effect.map((text) => ({ headers, status, stream: Stream.make(Buffer.from(text)), text }))
    )

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

      const failover = makeFailover(brokerReport)

      const serve = (dialect: ModelDialect) => {
        const { refuse } = dialect
        const notes = makeAnswerNotes(brokerReport, dialect)
        const failure = Effect.fnUntraced(function*(response: Answer) {
          const words = redact(yield* textOf(response.bytes)).slice(0, largestError).toWellFormed()
          yield* notes.limit({ ...response, words })
          const { "content-length": _, ...headers } = dialect.answerHeaders(response.headers)
          return HttpServerResponse.text(words, {
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
          yield* notes.limit({ ...response, words: "" })
          const headers = dialect.answerHeaders(response.headers)
          const contentType = headers["content-type"] ?? "application/octet-stream"
          const { status } = response
          if (claim === undefined) return HttpServerResponse.stream(response.bytes, { status, headers, contentType })
          // Without its length an answer ends for the agent when it has been counted, not before.
          const { "content-length": _, ...rest } = headers
          return HttpServerResponse.stream(
            dialect.meter(response.bytes, {
              contentType,
              claim,
              idleSeconds: model.idleSeconds,
              failed: ({ status, words }) =>
                Effect.andThen(spending.answered(status), notes.limit({ ...response, status, words }))
            }),
            { status, headers: rest, contentType }
          )
        })

        /** Asks the API. What was reserved is given back where the request did not even get there. */
        const send = Effect.fnUntraced(function*(
          [provider, ...others]: Providing,
          asked: Asked,
          claim: Claimed | undefined
        ): SentAnswer {
          const [next, ...rest] = others
          const attempt = Effect.gen(function*() {
            const request = yield* provider.request(asked)
            yield* brokerReport.update(withKey)
            const came = yield* client.execute(request).pipe(Effect.timeoutOption(`${model.answerSeconds} seconds`))
            return Option.isNone(came) ? undefined : yield* held(came.value)
          })
          const insteadOf = (why: string, instead: ModelProvider, seconds?: number) =>
            Effect.andThen(
              failover.passOver(provider.name, instead.name, why, seconds),
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
          const isAnother = first?.text !== undefined && (yield* provider.again({ ...first, text: first.text }, asked))
          const came = isAnother ? yield* attempt : first
          if (came === undefined) {
            return refuse("Timeout", `The model API did not answer within ${model.answerSeconds} s.`, { retry: true })
          }
          const told = provider.answer(came, asked)
          if (next !== undefined && overloaded.has(told.status)) {
            const words = yield* textOf(told.bytes)
            const { limit, nowSeconds } = yield* notes.limitOf({ ...told, words })
            return yield* insteadOf(`answers ${told.status}`, next, restSeconds(limit?.resetAt, nowSeconds))
          }
          return yield* answer(told, claim?.servedBy(provider))
        })

        /** The way to whoever serves the model, with what its refusals and failures are in this API's words. */
        const ask = Effect.fnUntraced(
          function*(all: Providing, asked: Asked, claim: Claimed | undefined) {
            return yield* send(yield* failover.inTurn(all), asked, claim)
          },
          Effect.catchTag("NoProof", ({ message, why }) =>
            why === "Unreachable"
              ? Effect.as(Effect.logWarning(message), refuse("Unreachable", message, { retry: true }))
              : Effect.as(
                brokerReport.update((result) => ({
                  ...result,
                  problem: message,
                  ...(why === "Missing" ? { missing: "ModelKey" as const } : {})
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
          const claim = yield* spending.ask(checked, all)
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
