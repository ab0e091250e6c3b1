/** What the providers of clouds have in common: a proof of who asks that lasts for a while, got by another request and got anew in time. */
import type { Provider } from "@orchestrator/domain/ModelProviders"
import { DateTime, Effect, Option, Schema, Semaphore } from "effect"
import { type HttpClient, HttpClientRequest, type HttpClientResponse } from "effect/http"
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
  readonly untilMillis: number
}

export interface Renewed<A> {
  readonly get: Effect.Effect<A, NoProof>
  /** The next one is got anew. */
  readonly forget: Effect.Effect<void>
}

/** Before its end, so that no request is on its way when it comes. */
const earlyMillis = 120_000

/** One at a time gets a new one; the others wait for that. */
export const makeRenewed = <A>(obtain: Effect.Effect<Lasting<A>, NoProof>): Renewed<A> => {
  const turn = Semaphore.makeUnsafe(1)
  let held: Lasting<A> | undefined
  return {
    get: turn.withPermit(Effect.gen(function*() {
      const now = (yield* DateTime.now).epochMilliseconds
      if (held === undefined || held.untilMillis - earlyMillis <= now) held = yield* obtain
      return held.value
    })),
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
        ? Effect.fail(new NoProof({ message: `There is no ${what} for the model provider ${name}.`, missing: true }))
        : Effect.succeed(text)
  )

const longestWords = 300

/** The answer's text to a request for a proof; anything but 200 is why there is none. */
export const proofFrom = Effect.fnUntraced(function*(
  { client, provider: { name } }: CloudOptions,
  request: HttpClientRequest.HttpClientRequest
) {
  const { status, text } = yield* client.execute(request).pipe(
    Effect.flatMap((response: HttpClientResponse.HttpClientResponse) =>
      Effect.map(response.text, (text) => ({ status: response.status, text }))
    ),
    Effect.timeout("20 seconds"),
    Effect.mapError((error) =>
      new NoProof({
        message: `The model provider ${name} gives no access: its token service was not reached: ${error.message}`,
        missing: false
      })
    )
  )
  if (status === 200) return text
  return yield* new NoProof({
    message: `The model provider ${name} gives no access: its token service answered ${status}: ${
      text.slice(0, longestWords)
    }`,
    missing: false
  })
})

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
    missing: false
  })

const decodeToken = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Struct({ access_token: Schema.String, expires_in: Schema.Finite }))
)

/** The token of an answer in OAuth's words, which shows from now on nowhere. */
export const bearerIn = Effect.fnUntraced(function*(
  options: CloudOptions,
  text: string
): Effect.fn.Return<Lasting<string>, NoProof> {
  const found = Option.getOrUndefined(decodeToken(text))
  if (found === undefined) return yield* noAnswer(options)
  options.guard(found.access_token)
  const { epochMilliseconds } = yield* DateTime.now
  return { value: found.access_token, untilMillis: epochMilliseconds + found.expires_in * 1000 }
})
