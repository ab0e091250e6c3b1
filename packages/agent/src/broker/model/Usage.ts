/** What an answer of the Messages API says about its tokens: in a plain answer once, in a stream as running totals. */
import { Option, Schema } from "effect"

const count = Schema.optionalKey(Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1e12 }))))

const Counts = Schema.Struct({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count
})

/** Totals so far of one answer. */
export interface AnswerUsage {
  readonly model: string
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
}

const Message = Schema.Struct({ model: Schema.String, usage: Counts })
const Start = Schema.Struct({ type: Schema.Literal("message_start"), message: Message })
const Delta = Schema.Struct({ type: Schema.Literal("message_delta"), usage: Counts })

const decodeEvent = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Union([Start, Delta])))
const decodeMessage = Schema.decodeUnknownOption(Schema.fromJsonString(Message))

const merged = (before: AnswerUsage, counts: typeof Counts.Type): AnswerUsage => ({
  model: before.model,
  input: counts.input_tokens ?? before.input,
  output: counts.output_tokens ?? before.output,
  cacheRead: counts.cache_read_input_tokens ?? before.cacheRead,
  cacheWrite: counts.cache_creation_input_tokens ?? before.cacheWrite
})

const none = (model: string): AnswerUsage => ({ model, input: 0, output: 0, cacheRead: 0, cacheWrite: 0 })

/** The totals after one more event of a stream; the same where it says nothing of tokens. */
export const usageAfter = (before: AnswerUsage | undefined, data: string): AnswerUsage | undefined => {
  if (!data.includes("\"message_start\"") && !data.includes("\"message_delta\"")) return before
  const event = Option.getOrUndefined(decodeEvent(data))
  if (event === undefined) return before
  return event.type === "message_start"
    ? merged(none(event.message.model), event.message.usage)
    : before === undefined
    ? undefined
    : merged(before, event.usage)
}

/** What an event adds to the output before its count is told, by a guess: a token is some four characters, and an event has one. */
export const outputBefore = (data: string): number =>
  data.includes("\"content_block_delta\"") ? Math.max(1, Math.ceil((data.length - 90) / 4)) : 0

/** The totals of a plain answer; undefined when it is none that says any. */
export const usageOf = (body: string): AnswerUsage | undefined =>
  Option.match(decodeMessage(body), {
    onNone: () => undefined,
    onSome: ({ model, usage }) => merged(none(model), usage)
  })

/** The same by a guess, of the beginning of an answer whose end was not waited for. */
export const usageOfPart = (beginning: string, size: number): AnswerUsage => ({
  ...none(/"model":\s*"([^"\\]{1,100})"/.exec(beginning)?.[1] ?? "unknown"),
  output: Math.ceil(size / 4)
})

/** Whether an event keeps a stream alive without saying anything. */
export const isPing = (data: string): boolean => /^\{\s*"type":\s*"ping"\s*\}$/.test(data)
