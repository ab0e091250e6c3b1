/** What an answer of the Responses API says about its tokens: once, in the plain answer or in the last event of a stream. */
import { Option, Schema } from "effect"
import { type AnswerShape, nothingUsed } from "../answer/AnswerMeter.ts"
import type { AnswerUsage } from "../ModelDialect.ts"
import { openAiStreamError } from "../openai/OpenAiError.ts"
import { count, usageFrom } from "../openai/OpenAiUsage.ts"

const Usage = Schema.Struct({
  input_tokens: count,
  output_tokens: count,
  input_tokens_details: Schema.optionalKey(
    Schema.NullOr(Schema.Struct({ cached_tokens: count, cache_write_tokens: count }))
  )
})

const Response = Schema.Struct({
  model: Schema.String,
  service_tier: Schema.optionalKey(Schema.NullOr(Schema.String)),
  usage: Schema.optionalKey(Schema.NullOr(Usage))
})

const Event = Schema.Struct({ type: Schema.String, response: Response })

const decodeResponse = Schema.decodeUnknownOption(Schema.fromJsonString(Response))
const decodeEvent = Schema.decodeUnknownOption(Schema.fromJsonString(Event))

const usageIn = ({ model, service_tier, usage }: typeof Response.Type): AnswerUsage | undefined =>
  usage === null || usage === undefined ? undefined : usageFrom(model, {
    input: usage.input_tokens,
    output: usage.output_tokens,
    cached: usage.input_tokens_details?.cached_tokens,
    written: usage.input_tokens_details?.cache_write_tokens
  }, service_tier)

/** The type stands first, so that no text of a model is taken for an event. */
const typeOf = (data: string): string => /^\{\s*"type":\s*"([\w.]{1,100})"/.exec(data)?.[1] ?? ""

const last = /^response\.(?:completed|incomplete|failed|cancelled)$/
const opening = /^response\.(?:created|in_progress|queued)$/

const eventOf = (data: string, type: RegExp): typeof Event.Type | undefined => {
  const named = typeOf(data)
  // Some servers write the type elsewhere; then the decoded one counts.
  if (named !== "" && !type.test(named)) return undefined
  const event = Option.getOrUndefined(decodeEvent(data))
  return event !== undefined && type.test(event.type) ? event : undefined
}

export const responsesShape: AnswerShape = {
  // The last event has the whole answer in it, and the request's tools and instructions.
  longestEvent: 4_194_304,
  seenAfter: (before, data) => {
    if (before === undefined) {
      const event = eventOf(data, opening)
      if (event !== undefined) return { usage: { ...nothingUsed, model: event.response.model }, final: false }
    }
    const event = eventOf(data, last)
    const usage = event === undefined ? undefined : usageIn(event.response)
    return usage === undefined ? before : { usage, final: true }
  },
  outputBefore: (data) =>
    /^response\.[\w.]+\.delta$/.test(typeOf(data)) ? Math.max(1, Math.ceil((data.length - 150) / 4)) : 0,
  errorOf: (data) => {
    if (typeOf(data) === "error") return openAiStreamError(data)
    const event = eventOf(data, /^response\.failed$/)
    return event !== undefined && usageIn(event.response) === undefined ? openAiStreamError(data) : undefined
  },
  isPing: (data) => /^(?:ping|keepalive)$/.test(typeOf(data)),
  isOpening: (data) => opening.test(typeOf(data)),
  usageOf: (body) => Option.match(decodeResponse(body), { onNone: () => undefined, onSome: usageIn })
}
