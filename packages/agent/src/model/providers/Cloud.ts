/** What the providers of clouds have in common: a proof of who asks that lasts for a while, got by another request and got anew in time. */
import type { Provider } from "@orchestrator/domain/ModelProviders"
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import { DateTime, Effect, Option, Schema, Semaphore } from "effect"
import { type HttpClient, HttpClientRequest } from "effect/http"
import type { Headers } from "../ModelDialect.ts"
import { NoProof } from "../ModelProvider.ts"

export interface CloudOptions {
  readonly provider: Provider
  /** A file among the credentials, or the service account's token; undefined where it is not there. What was read never shows. */
  readonly read: (file: string) => Effect.Effect<string | undefined>
  readonly guard: (value: string) => void
  readonly client: HttpClient.HttpClient
}

export interface Lasting<A> {
  readonly value: A
  /** From when it was asked for. */
  readonly forMillis: number
}

export interface Renewed<A> {
  readonly get: Effect.Effect<A, NoProof>
  /** The next one is got anew. */
  readonly forget: Effect.Effect<void>
}

/** Before its end, so that no request is on its way when it comes. */
const earlyMillis = 120_000

/** One at a time gets a new one; the others wait for that. One that has not ended yet is good where none can be got. */
export const makeRenewed = <A>(obtain: Effect.Effect<Lasting<A>, NoProof>): Renewed<A> => {
  const turn = Semaphore.makeUnsafe(1)
  let held: { readonly value: A; readonly untilMillis: number } | undefined
  const renewed = Effect.gen(function*() {
    const now = yield* monotonicMillis
    if (held !== undefined && held.untilMillis - earlyMillis > now) return held.value
    const got = yield* Effect.result(obtain)
    if (got._tag === "Success") {
      held = { value: got.success.value, untilMillis: now + got.success.forMillis }
      return held.value
    }
    if (held === undefined || held.untilMillis <= now) return yield* got.failure
    yield* Effect.logWarning(`${got.failure.message} What was got before goes on until it ends.`)
    return held.value
  })
  return {
    get: turn.withPermit(renewed),
    forget: Effect.sync(() => {
      held = undefined
    })
  }
}

/** The text of a file that has to be there. */
export const needed = (
  { provider: { name }, read }: CloudOptions,
  file: string | undefined,
  what: string
): Effect.Effect<string, NoProof> =>
  Effect.flatMap(
    file === undefined ? Effect.succeed(undefined) : read(file),
    (text) =>
      text === undefined
        ? Effect.fail(new NoProof({ message: `There is no ${what} for the model provider ${name}.`, why: "Missing" }))
        : Effect.succeed(text)
  )

/** The time that a server tells with each answer. */
export const dateOf = ({ date }: Headers): number | undefined =>
  Option.getOrUndefined(Option.map(DateTime.make(date ?? ""), ({ epochMilliseconds }) => epochMilliseconds))

/** A token service's answer, with the time as it knows it: this pod's own clock may be wrong. */
export interface Told {
  readonly status: number
  readonly text: string
  readonly nowMillis: number
}

export const askTokens = Effect.fnUntraced(function*(
  { client, provider: { name } }: CloudOptions,
  request: HttpClientRequest.HttpClientRequest
): Effect.fn.Return<Told, NoProof> {
  const { headers, status, text } = yield* client.execute(request).pipe(
    Effect.flatMap((response) =>
      Effect.map(response.text, (text) => ({ headers: response.headers, status: response.status, text }))
    ),
    Effect.timeout("20 seconds"),
    Effect.mapError((error) =>
      new NoProof({
        message: `The model provider ${name} gives no access: its token service was not reached: ${error.message}`,
        why: "Unreachable"
      })
    )
  )
  return { status, text, nowMillis: dateOf(headers) ?? (yield* DateTime.now).epochMilliseconds }
})

const longestWords = 300

/** An answer that grants something; any other than 200 is why there is no proof. */
export const granted = ({ provider: { name } }: CloudOptions, told: Told): Effect.Effect<Told, NoProof> =>
  told.status === 200 ? Effect.succeed(told) : Effect.fail(
    new NoProof({
      message: `The model provider ${name} gives no access: its token service answered ${told.status}: ${
        told.text.slice(0, longestWords)
      }`,
      why: told.status === 429 || told.status >= 500 ? "Unreachable" : "Refused"
    })
  )

/** The granting answer to a request for a proof. */
export const proofFrom = (options: CloudOptions, request: HttpClientRequest.HttpClientRequest) =>
  Effect.flatMap(askTokens(options, request), (told) => granted(options, told))

export const formRequest = (url: string, fields: Readonly<Record<string, string>>) =>
  HttpClientRequest.bodyText(
    HttpClientRequest.post(url, { headers: { accept: "application/json" } }),
    new URLSearchParams(fields).toString(),
    "application/x-www-form-urlencoded"
  )

/** An answer of a token service that is none. */
export const noAnswer = ({ provider: { name } }: CloudOptions): NoProof =>
  new NoProof({
    message: `The model provider ${name} gives no access: its token service answered no token.`,
    why: "Refused"
  })

const decodeToken = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Struct({ access_token: Schema.String, expires_in: Schema.Finite }))
)

/** The token of an answer in OAuth's words, which shows from now on nowhere. */
export const bearerIn = Effect.fnUntraced(function*(
  options: CloudOptions,
  { text }: Told
): Effect.fn.Return<Lasting<string>, NoProof> {
  const found = Option.getOrUndefined(decodeToken(text))
  if (found === undefined) return yield* noAnswer(options)
  options.guard(found.access_token)
  return { value: found.access_token, forMillis: found.expires_in * 1000 }
})
