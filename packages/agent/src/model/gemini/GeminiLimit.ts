/** When a limit of the Gemini API ends: no header says so, the error's details do. */
import { Option, Schema } from "effect"
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

const daySeconds = 86_400
/** Quotas of a day begin anew at midnight in California: eight hours after UTC's, an hour earlier in summer. */
const midnight = 8 * 3_600

/** Epoch seconds at which asking again makes sense; undefined where nothing says. */
export const geminiLimit: ModelDialect["limit"] = ({ status, words }, nowSeconds) => {
  if (status !== 429) return undefined
  const body = Option.getOrUndefined(decodeError(words))
  const details = (body === undefined ? [] : isList(body) ? body : [body]).flatMap(({ error }) => error.details ?? [])
  const isDaily = details.some(({ violations = [] }) => violations.some(({ quotaId = "" }) => /PerDay/.test(quotaId)))
  if (isDaily) {
    return { resetAt: Math.floor((nowSeconds - midnight) / daySeconds) * daySeconds + daySeconds + midnight }
  }
  const delays = details.flatMap(({ retryDelay = "" }) => {
    const [, seconds] = /^(\d{1,7}(?:\.\d{1,9})?)s$/.exec(retryDelay) ?? []
    return seconds === undefined ? [] : [Number(seconds)]
  })
  return { resetAt: delays.length === 0 ? undefined : nowSeconds + Math.ceil(Math.max(...delays)) }
}
