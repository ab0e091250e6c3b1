/**
 * One request to a forge's REST API: its refusals as reasons, what passes tried again. Limits are waited for as long as the forge says,
 * within bounds; a wait that is longer is left to the caller. What differs between forges is a `RestDialect`.
 */
import { printable } from "@orchestrator/domain/Printable"
import { retryAfterIn } from "@orchestrator/domain/RetryAfter"
import { Clock, DateTime, Duration, Effect, Option, Redacted, Schema } from "effect"
import { type HttpClientError, HttpClientRequest, type HttpClientResponse } from "effect/http"
import { connectionProblem } from "../../broker/services/ConnectionProblem.ts"
import type { ForgeOptions } from "../ForgeAdapter.ts"
import { ForgeError, type ForgeReason } from "../ForgeError.ts"
import { boundedText, mostBytes } from "./BoundedText.ts"
import { jsonOf } from "./Json.ts"
import { problemWords } from "./Problem.ts"
import { pauseAfter, tries } from "./Tries.ts"

type Headers = Readonly<Record<string, string | undefined>>

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** What differs between the forges that speak JSON over REST. */
export interface RestDialect {
  /** As people know it. */
  readonly name: string
  /** Of every request. */
  readonly headers: Readonly<Record<string, string>>
  /** Key of the configuration that says where its API is. */
  readonly setting: string
  /** What to do where it does not allow something. */
  readonly forbiddenAdvice: (words: string, headers: Headers) => string
  /** To be added to its words where a request makes no sense to it; empty where they say enough. */
  readonly refusedAdvice: (words: string) => string
  /** The header by which it knows who asks; absent: `Bearer`. */
  readonly authorization?: (token: string, user: string | undefined) => string
  /** Where its answers mean something else than their status does. */
  readonly meaning?: (answer: Answer) => ForgeReason | undefined
}

export interface RestCall<S extends Schema.Constraint> {
  /** For errors. */
  readonly operation: string
  readonly method: "GET" | "POST" | "PATCH" | "PUT"
  readonly path: string
  readonly body?: Schema.Json
  readonly answer: S
  /** Whether it is done again where nobody knows what came of it. Default: all but POST, before which its caller looks what is there. */
  readonly isRepeatable?: boolean
  /** Whether the answer is not JSON, but what it says. */
  readonly isText?: boolean
}

/** The longest wait that a forge may ask for while a run stands by. */
const longestWait = 120

/** Of a page, which a proxy or a server in trouble sends, its title. */
const pageWords = (text: string): string | undefined =>
  /^\s*<(?:!doctype|html)/i.test(text)
    ? `a page${/<title>([^<]*)/i.exec(text)?.[1]?.replace(/^/, ": ") ?? ""}`
    : undefined

const wordsOf = (text: string): string =>
  printable(problemWords(jsonOf(text)) || (pageWords(text) ?? text), { max: 500 }) || "no words"

const without = (text: string, secrets: ReadonlyArray<string>): string =>
  secrets.reduce((rest, secret) => secret === "" ? rest : rest.replaceAll(secret, "***"), text)

/** Secondary limits have several wordings, and not always a header. */
const limitWords = /rate limit|abuse detection|submitted too quickly/i

/** What is left of a limit, and the second of the epoch at which there is more: with and without the prefix. */
const limitHeaders = ["x-ratelimit", "ratelimit"]

const limitOf = (headers: Headers, words: string, now: number) => {
  const after = retryAfterIn(headers["retry-after"], now * 1000)
  if (after !== undefined) return Math.max(1, Math.ceil(Duration.toSeconds(after)))
  for (const name of limitHeaders) {
    const reset = headers[`${name}-reset`]
    if (headers[`${name}-remaining`] === "0" && reset !== undefined && /^\d{9,11}$/.test(reset)) {
      return Math.max(1, Number(reset) - now)
    }
  }
  return limitWords.test(words) ? 60 : undefined
}

/** What an answer that is no success means. */
export const reasonOf = (
  dialect: RestDialect,
  answer: Answer,
  now: number
): ForgeReason => {
  const { headers, status, text } = answer
  const words = wordsOf(text)
  const limited = status === 403 || status === 429 || (status === 422 && limitWords.test(words))
  const wait = limited ? limitOf(headers, words, now) : undefined
  if (wait !== undefined) {
    const resetAt = Option.getOrUndefined(Option.map(DateTime.make((now + wait) * 1000), DateTime.formatIso))
    return { _tag: "RateLimited", waitSeconds: wait, ...(resetAt === undefined ? {} : { resetAt }) }
  }
  switch (status) {
    case 401:
      return { _tag: "Unauthorized" }
    case 403:
    case 451:
      return { _tag: "Forbidden", words, advice: dialect.forbiddenAdvice(words, headers) }
    case 404:
      return { _tag: "NotFound" }
    default:
      return status >= 500 || status === 429
        ? { _tag: "Unavailable", words: `${status} ${words}` }
        : { _tag: "Refused", words: `${status} ${words}${dialect.refusedAdvice(words)}` }
  }
}

/** What a redirect means: another name of the repository at the same API. The token goes nowhere else. */
const redirected = (
  { setting }: RestDialect,
  api: string,
  path: string,
  location: string | undefined
): ForgeReason => {
  const base = new URL(`${api}/`)
  const to = location === undefined ? null : URL.parse(location, `${api}${path}`)
  if (to !== null && to.origin === base.origin && to.pathname.startsWith(base.pathname)) {
    return { _tag: "Moved", path: printable(`/${to.pathname.slice(base.pathname.length)}${to.search}`, { max: 300 }) }
  }
  const where = to === null ? "nowhere" : printable(to.origin, { max: 200 })
  return {
    _tag: "Refused",
    words: `it redirects to ${where}, and the token is for ${base.host}: set ${setting} to the API's own address`
  }
}

const noAnswer = (
  error: HttpClientError.HttpClientError | { readonly _tag: "TimeoutError" | "TooLarge" }
): string =>
  "reason" in error
    ? connectionProblem(error)
    : error._tag === "TooLarge"
    ? `an answer of more than ${mostBytes / 1_048_576} MiB`
    : "no answer within 30 s"

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

/** Seconds until trying again makes sense; undefined when it does not. */
const pause = (reason: ForgeReason, attempt: number, isRepeatable: boolean): number | undefined => {
  if (reason._tag === "Unavailable") return isRepeatable ? pauseAfter(attempt) : undefined
  return reason._tag === "RateLimited" && (reason.waitSeconds ?? Infinity) <= longestWait
    ? reason.waitSeconds
    : undefined
}

/** A caller of one forge, by the API's own headers and with a bound on each try. */
export const makeRestClient = (dialect: RestDialect, { api, client, renew, token, user }: ForgeOptions) => {
  const authorization = dialect.authorization ?? ((value: string) => `Bearer ${value}`)
  const send = Effect.fnUntraced(function*<S extends Schema.Constraint>(
    call: RestCall<S>,
    secret: Redacted.Redacted | undefined
  ) {
    const who = secret === undefined || user === undefined ? undefined : yield* user
    const shown = secret === undefined ? undefined : authorization(Redacted.value(secret), who)
    const plain = HttpClientRequest.make(call.method)(`${api}${call.path}`, {
      headers: {
        ...dialect.headers,
        ...(call.isText === true ? { accept: "*/*" } : {}),
        "user-agent": "orchestrator",
        ...(shown === undefined ? {} : { authorization: shown })
      }
    })
    const response: HttpClientResponse.HttpClientResponse = yield* client.execute(
      call.body === undefined ? plain : HttpClientRequest.bodyJsonUnsafe(plain, call.body)
    )
    const text = yield* boundedText(response)
    return {
      status: response.status,
      headers: response.headers,
      // A forge that says what it was sent says it to nobody else.
      text: secret === undefined || shown === undefined
        ? text
        : without(text, [Redacted.value(secret), shown.replace(/^\w+ /, "")])
    }
  })

  const once = Effect.fnUntraced(function*<S extends Schema.ConstraintDecoder<unknown>>(call: RestCall<S>) {
    const failed = (reason: ForgeReason) => new ForgeError({ operation: call.operation, ref: call.path, reason })
    const secret = yield* token
    const answered = yield* send(call, secret).pipe(
      Effect.timeout("30 seconds"),
      Effect.mapError((error) => failed({ _tag: "Unavailable", words: noAnswer(error) }))
    )
    const { headers, status, text } = answered
    const meant = dialect.meaning?.(answered)
    if (meant !== undefined) return yield* failed(meant)
    if (isRedirect(status)) return yield* failed(redirected(dialect, api, call.path, headers["location"]))
    if (status < 200 || status > 299) {
      const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
      return yield* failed(reasonOf(dialect, answered, now))
    }
    const decoded = call.isText === true
      ? Schema.decodeUnknownEffect(call.answer)(text)
      : Schema.decodeEffect(Schema.fromJsonString(call.answer))(text)
    return yield* decoded.pipe(
      Effect.mapError((error) =>
        failed({
          _tag: "Unavailable",
          words: `not ${dialect.name}'s answer: ${printable(pageWords(text) ?? error.message, { max: 300 })}`
        })
      )
    )
  })

  /** A token that ends within the run is made anew, once: another may have been taken back, too. */
  const renewing = <S extends Schema.ConstraintDecoder<unknown>>(call: RestCall<S>) =>
    renew === undefined ? once(call) : once(call).pipe(
      Effect.catchIf(({ reason }) => reason._tag === "Unauthorized", () => Effect.andThen(renew, once(call)))
    )

  return <S extends Schema.ConstraintDecoder<unknown>>(call: RestCall<S>) => {
    const go = (attempt: number): Effect.Effect<S["Type"], ForgeError> =>
      renewing(call).pipe(
        Effect.catch((error) => {
          const isRepeatable = call.isRepeatable ?? call.method !== "POST"
          const wait = attempt < tries ? pause(error.reason, attempt, isRepeatable) : undefined
          return wait === undefined
            ? Effect.fail(error)
            : Effect.logWarning(`${error.message}; retrying in ${wait} s`).pipe(
              Effect.andThen(Effect.sleep(Duration.seconds(wait))),
              Effect.andThen(go(attempt + 1))
            )
        })
      )
    return go(1)
  }
}

export type RestClient = ReturnType<typeof makeRestClient>
