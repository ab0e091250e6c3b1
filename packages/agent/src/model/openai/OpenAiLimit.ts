/** When a usage limit of an OpenAI account ends, from the headers and the body of a 429. */
import { retryAfterIn } from "@orchestrator/domain/RetryAfter"
import { Duration, Option, Schema } from "effect"
import type { ModelDialect } from "../ModelDialect.ts"

const seconds = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1e11 }))
const ErrorBody = Schema.Struct({
  error: Schema.Struct({
    resets_at: Schema.optionalKey(Schema.NullOr(seconds)),
    resets_in_seconds: Schema.optionalKey(Schema.NullOr(seconds)),
    message: Schema.optionalKey(Schema.NullOr(Schema.String))
  })
})
const decodeError = Schema.decodeUnknownOption(Schema.fromJsonString(ErrorBody))

const units: Readonly<Record<string, number>> = { d: 86_400, h: 3_600, m: 60, s: 1, ms: 0.001 }

/** Seconds of `6m0s`, `1h2m3.5s`, `20ms`, or of a plain number. */
export const durationSeconds = (text: string): number | undefined => {
  if (/^\d{1,9}(?:\.\d{1,6})?$/.test(text)) return Number(text)
  if (!/^(?:\d{1,9}(?:\.\d{1,6})?(?:ms|[dhms]))+$/.test(text)) return undefined
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)].reduce(
    (sum, [, amount, unit = ""]) => sum + Number(amount) * (units[unit] ?? 0),
    0
  )
}

/** `Please try again in 11.054s.`, and Azure's `Please retry after 26 seconds.` */
const inWords = /\b(?:try again in|retry after) (?:((?:\d{1,9}(?:\.\d{1,6})?(?:ms|[dhms]))+)\b|(\d{1,9}) seconds?\b)/i

/** Epoch seconds at which asking again makes sense; undefined where nothing says. */
export const openAiLimit: ModelDialect["limit"] = ({ headers, status, words }, nowSeconds) => {
  if (status !== 429) return undefined
  const error = Option.getOrUndefined(decodeError(words))?.error
  if (typeof error?.resets_at === "number") return { resetAt: Math.ceil(error.resets_at) }
  if (typeof error?.resets_in_seconds === "number") return { resetAt: nowSeconds + Math.ceil(error.resets_in_seconds) }
  const after = (text: string | undefined, scale = 1): ReadonlyArray<number> => {
    const found = text === undefined ? undefined : durationSeconds(text)
    return found === undefined ? [] : [found * scale]
  }
  const asked = retryAfterIn(headers["retry-after"], nowSeconds * 1000)
  const spent = ["requests", "tokens"].filter((kind) => headers[`x-ratelimit-remaining-${kind}`] === "0")
  const waits: Array<number> = [
    ...spent.flatMap((kind) => after(headers[`x-ratelimit-reset-${kind}`])),
    ...(asked === undefined ? after(headers["retry-after"]) : [Duration.toSeconds(asked)]),
    ...after(headers["retry-after-ms"], 0.001)
  ]
  // OpenRouter says a time, in milliseconds.
  const at = headers["x-ratelimit-reset"] ?? ""
  if (/^\d{13}$/.test(at)) waits.push(Number(at) / 1000 - nowSeconds)
  // Within a stream no header can say it.
  const [, duration, whole] = inWords.exec(error?.message ?? "") ?? []
  if (waits.length === 0) waits.push(...after(duration ?? whole))
  return { resetAt: waits.length === 0 ? undefined : nowSeconds + Math.ceil(Math.max(...waits)) }
}
