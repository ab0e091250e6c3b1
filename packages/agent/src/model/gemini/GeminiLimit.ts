/** When a limit of the Gemini API ends: no header says so, the error's details do. */
import { DateTime, Option, Schema } from "effect"
import type { ModelDialect } from "../ModelDialect.ts"

const Detail = Schema.Struct({
  retryDelay: Schema.optionalKey(Schema.String),
  violations: Schema.optionalKey(Schema.Array(Schema.Struct({ quotaId: Schema.optionalKey(Schema.String) })))
})

const ErrorBody = Schema.Struct({
  error: Schema.Struct({ details: Schema.optionalKey(Schema.Array(Detail)) })
})

/** A stream's error may come as a list of one. */
const decodeError = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Union([ErrorBody, Schema.Array(ErrorBody)]))
)

const isList = (
  body: typeof ErrorBody.Type | ReadonlyArray<typeof ErrorBody.Type>
): body is ReadonlyArray<typeof ErrorBody.Type> => Array.isArray(body)

/** Quotas of a day begin anew at midnight, Pacific time. https://ai.google.dev/gemini-api/docs/rate-limits */
const nextMidnight = (nowSeconds: number): number => {
  const now = DateTime.makeZonedUnsafe(nowSeconds * 1000, { timeZone: "America/Los_Angeles" })
  return DateTime.startOf(DateTime.add(DateTime.startOf(now, "day"), { days: 1 }), "day").epochMilliseconds / 1000
}

/** Epoch seconds at which asking again makes sense; undefined where nothing says. */
export const geminiLimit: ModelDialect["limit"] = ({ status, words }, nowSeconds) => {
  if (status !== 429) return undefined
  const body = Option.getOrUndefined(decodeError(words))
  const details = (body === undefined ? [] : isList(body) ? body : [body]).flatMap(({ error }) => error.details ?? [])
  const isDaily = details.some(({ violations = [] }) => violations.some(({ quotaId = "" }) => /PerDay/.test(quotaId)))
  if (isDaily) return { resetAt: nextMidnight(nowSeconds) }
  const delays = details.flatMap(({ retryDelay = "" }) => {
    const [, seconds] = /^(\d{1,7}(?:\.\d{1,9})?)s$/.exec(retryDelay) ?? []
    return seconds === undefined ? [] : [Number(seconds)]
  })
  return { resetAt: delays.length === 0 ? undefined : nowSeconds + Math.ceil(Math.max(...delays)) }
}
