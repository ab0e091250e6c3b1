/** What an answer of the Chat Completions API says about its tokens: in the plain answer, or in one chunk of a stream, near its end. */
import { Option, Schema } from "effect"
import { type AnswerShape, nothingUsed } from "../answer/AnswerMeter.ts"
import { shortEvents } from "../answer/Sse.ts"
import type { AnswerUsage } from "../ModelDialect.ts"
import { openAiStreamError } from "../openai/OpenAiError.ts"
import { count, usageFrom } from "../openai/OpenAiUsage.ts"

const Usage = Schema.Struct({
  prompt_tokens: count,
  completion_tokens: count,
  prompt_tokens_details: Schema.optionalKey(
    Schema.NullOr(Schema.Struct({ cached_tokens: count, cache_write_tokens: count }))
  )
})

const Chunk = Schema.Struct({
  model: Schema.optionalKey(Schema.NullOr(Schema.String)),
  service_tier: Schema.optionalKey(Schema.NullOr(Schema.String)),
  usage: Schema.optionalKey(Schema.NullOr(Usage)),
  choices: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Struct({
    finish_reason: Schema.optionalKey(Schema.NullOr(Schema.String))
  }))))
})

const decodeChunk = Schema.decodeUnknownOption(Schema.fromJsonString(Chunk))

const usageIn = ({ model, service_tier, usage }: typeof Chunk.Type): AnswerUsage | undefined =>
  usage === null || usage === undefined ? undefined : usageFrom(model ?? "", {
    input: usage.prompt_tokens,
    output: usage.completion_tokens,
    cached: usage.prompt_tokens_details?.cached_tokens,
    written: usage.prompt_tokens_details?.cache_write_tokens
  }, service_tier)

/** A model's text may hold these words; then the chunk is decoded, and what it says at its top counts. */
const mayTell = (data: string): boolean => data.includes("\"usage\"") || data.includes("\"finish_reason\"")

const decodeError = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ error: Schema.Struct({}) })))

/** Some servers tell an error beside the fields of a chunk. */
const isError = (data: string): boolean =>
  /^\{\s*"error":/.test(data) || (/"error":\s*\{/.test(data) && Option.isSome(decodeError(data)))

export const chatShape: AnswerShape = {
  longestEvent: shortEvents,
  seenAfter: (before, data) => {
    const chunk = before === undefined || mayTell(data) ? Option.getOrUndefined(decodeChunk(data)) : undefined
    if (chunk === undefined) return before
    const usage = usageIn(chunk)
    // Some servers tell running totals with each chunk: the last is the one without choices, or with the reason of its end.
    const ends = chunk.choices?.every(({ finish_reason }) => typeof finish_reason === "string") === true
    if (usage !== undefined) return { usage, final: ends }
    return before ?? { usage: { ...nothingUsed, model: chunk.model ?? "" }, final: false }
  },
  outputBefore: (data) => data.includes("\"delta\"") ? Math.max(1, Math.ceil((data.length - 220) / 4)) : 0,
  errorOf: (data) => isError(data) ? openAiStreamError(data) : undefined,
  isPing: () => false,
  isOpening: () => false,
  usageOf: (body) => Option.match(decodeChunk(body), { onNone: () => undefined, onSome: usageIn })
}
