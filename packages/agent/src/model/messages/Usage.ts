/**
 * What an answer of the Messages API says about its tokens: in a plain answer once, in a stream as running totals. A request may be
 * worked on in several iterations (compaction, tools of the server), which the totals at the top do not all hold.
 */
import { Option, Schema } from "effect"
import type { Seen } from "../answer/AnswerMeter.ts"
import type { AnswerUsage, StreamError, Tokens } from "../ModelDialect.ts"

const whole = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1e12 }))
const count = Schema.optionalKey(Schema.NullOr(whole))

const counts = {
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
  cache_creation: Schema.optionalKey(Schema.NullOr(Schema.Struct({
    ephemeral_5m_input_tokens: count,
    ephemeral_1h_input_tokens: count
  })))
}

const Iteration = Schema.Struct({ ...counts, model: Schema.optionalKey(Schema.NullOr(Schema.String)) })

const Reported = Schema.Struct({
  ...counts,
  iterations: Schema.optionalKey(Schema.NullOr(Schema.Array(Iteration))),
  server_tool_use: Schema.optionalKey(Schema.NullOr(Schema.Record(Schema.String, Schema.Json))),
  inference_geo: Schema.optionalKey(Schema.NullOr(Schema.String)),
  speed: Schema.optionalKey(Schema.NullOr(Schema.String))
})
type Reported = typeof Reported.Type

const Message = Schema.Struct({ model: Schema.String, usage: Reported })
const Start = Schema.Struct({ type: Schema.Literal("message_start"), message: Message })
const Delta = Schema.Struct({
  type: Schema.Literal("message_delta"),
  delta: Schema.optionalKey(Schema.Struct({ stop_reason: Schema.optionalKey(Schema.NullOr(Schema.String)) })),
  usage: Reported
})

const decodeEvent = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Union([Start, Delta])))
const decodeMessage = Schema.decodeUnknownOption(Schema.fromJsonString(Message))

const hourOf = ({ cache_creation, cache_creation_input_tokens }: typeof Iteration.Type): number | undefined => {
  const hour = cache_creation?.ephemeral_1h_input_tokens
  const five = cache_creation?.ephemeral_5m_input_tokens
  if (hour === null || hour === undefined) return undefined
  // What neither of both accounts for may be an hour's.
  return Math.max(hour, (cache_creation_input_tokens ?? 0) - (five ?? 0))
}

const tokensOf = (counts: typeof Iteration.Type, before?: Tokens): Tokens => {
  const cacheWrite1h = hourOf(counts) ?? before?.cacheWrite1h
  const model = counts.model ?? undefined
  return {
    input: counts.input_tokens ?? before?.input ?? 0,
    output: counts.output_tokens ?? before?.output ?? 0,
    cacheRead: counts.cache_read_input_tokens ?? before?.cacheRead ?? 0,
    cacheWrite: counts.cache_creation_input_tokens ?? before?.cacheWrite ?? 0,
    ...(cacheWrite1h === undefined ? {} : { cacheWrite1h }),
    ...(model === undefined ? {} : { model })
  }
}

/** Millionths of a USD for each search of the server's. */
const search = 10_000

const searchesCost = (used: Reported["server_tool_use"]): number | undefined =>
  used === null || used === undefined
    ? undefined
    : search *
      Object.values(used).reduce<number>((sum, each) => typeof each === "number" && each > 0 ? sum + each : sum, 0)

/** Worked on in the US it costs a tenth more; the most that the API has asked for speed is six times as much. */
const factorOf = ({ inference_geo, speed }: Reported): number =>
  (inference_geo === "us" ? 1.1 : 1) * (speed === "fast" ? 6 : 1)

const merged = (model: string, reported: Reported, before?: AnswerUsage): AnswerUsage => ({
  ...tokensOf(reported, before),
  model,
  iterations: reported.iterations?.map((each) => tokensOf(each)) ?? before?.iterations ?? [],
  besideMicros: searchesCost(reported.server_tool_use) ?? before?.besideMicros ?? 0,
  factor: Math.max(factorOf(reported), before?.factor ?? 1)
})

/** What is known after one more event of a stream; the same where it says nothing of tokens. */
export const seenAfter = (before: Seen | undefined, data: string): Seen | undefined => {
  if (!data.includes("\"message_start\"") && !data.includes("\"message_delta\"")) return before
  const event = Option.getOrUndefined(decodeEvent(data))
  if (event === undefined) return before
  if (event.type === "message_start") {
    return { usage: merged(event.message.model, event.message.usage), final: false }
  }
  if (before === undefined) return undefined
  const reason = event.delta?.stop_reason
  return {
    usage: merged(before.usage.model, event.usage, before.usage),
    final: before.final || (reason !== undefined && reason !== null && typeof event.usage.output_tokens === "number")
  }
}

/** The totals of a plain answer; undefined when it is none that says any. */
export const usageOf = (body: string): AnswerUsage | undefined =>
  Option.match(decodeMessage(body), {
    onNone: () => undefined,
    onSome: ({ model, usage }) =>
      typeof usage.output_tokens === "number" && typeof usage.input_tokens === "number"
        ? merged(model, usage)
        : undefined
  })

/** What an event adds to the output before its count is told, by a guess: a token is some four characters, and an event has one. */
export const outputBefore = (data: string): number =>
  data.includes("\"content_block_delta\"") ? Math.max(1, Math.ceil((data.length - 90) / 4)) : 0

const decodeError = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Struct({ error: Schema.Struct({ type: Schema.String }) }))
)

/** Of errors that a status tells apart; any other is the server's. */
const statuses: ReadonlyMap<string, number> = new Map([
  ["invalid_request_error", 400],
  ["authentication_error", 401],
  ["billing_error", 402],
  ["permission_error", 403],
  ["not_found_error", 404],
  ["request_too_large", 413],
  ["rate_limit_error", 429],
  ["timeout_error", 504],
  ["overloaded_error", 529]
])

/** An event that is the API's word that it gives up. */
export const errorOf = (data: string): StreamError | undefined => {
  if (!/^\{\s*"type":\s*"error"\s*[,}]/.test(data)) return undefined
  const type = Option.match(decodeError(data), { onNone: () => "", onSome: ({ error }) => error.type })
  return { status: statuses.get(type) ?? 500, words: data }
}

/** Whether an event keeps a stream alive without saying anything. */
export const isPing = (data: string): boolean => /^\{\s*"type":\s*"ping"\s*\}$/.test(data)
