/** What an answer of the Gemini API says about its tokens: running totals with each chunk, of which the last counts. */
import { Option, Schema } from "effect"
import { type AnswerShape, nothingUsed } from "../answer/AnswerMeter.ts"
import type { AnswerUsage } from "../ModelDialect.ts"

const count = Schema.optionalKey(Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1e12 }))))

const Chunk = Schema.Struct({
  modelVersion: Schema.optionalKey(Schema.NullOr(Schema.String)),
  candidates: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Struct({
    finishReason: Schema.optionalKey(Schema.NullOr(Schema.String))
  })))),
  promptFeedback: Schema.optionalKey(Schema.NullOr(Schema.Struct({
    blockReason: Schema.optionalKey(Schema.NullOr(Schema.String))
  }))),
  usageMetadata: Schema.optionalKey(Schema.NullOr(Schema.Struct({
    promptTokenCount: count,
    cachedContentTokenCount: count,
    toolUsePromptTokenCount: count,
    candidatesTokenCount: count,
    thoughtsTokenCount: count
  })))
})

const decodeChunk = Schema.decodeUnknownOption(Schema.fromJsonString(Chunk))

const decodeError = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({
  error: Schema.Struct({ code: Schema.Int.check(Schema.isBetween({ minimum: 400, maximum: 599 })) })
})))

const isBlocked = ({ promptFeedback }: typeof Chunk.Type): boolean => typeof promptFeedback?.blockReason === "string"

/** Other ends than a good one, in a word; the agent takes words before them for a whole answer. */
const unfinished = /^(?!STOP$)[A-Z_]{1,40}$/

const cutIn = ({ candidates }: typeof Chunk.Type): string | undefined => {
  const reason = candidates?.[0]?.finishReason ?? ""
  return unfinished.test(reason) ? reason : undefined
}

const usageIn = (chunk: typeof Chunk.Type): AnswerUsage | undefined => {
  const { modelVersion, usageMetadata: usage } = chunk
  if (typeof usage?.promptTokenCount !== "number") return undefined
  // A prompt that is refused has no answer; one that has an answer tells how long that is.
  const answered = typeof usage.candidatesTokenCount === "number" || typeof usage.thoughtsTokenCount === "number"
  if (!answered && !isBlocked(chunk)) return undefined
  const cut = cutIn(chunk)
  const cacheRead = Math.min(usage.promptTokenCount, usage.cachedContentTokenCount ?? 0)
  return {
    ...nothingUsed,
    model: modelVersion ?? "",
    input: usage.promptTokenCount - cacheRead + (usage.toolUsePromptTokenCount ?? 0),
    cacheRead,
    output: (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
    ...(cut === undefined ? {} : { unfinished: cut })
  }
}

const hasEnded = (chunk: typeof Chunk.Type): boolean =>
  isBlocked(chunk) || chunk.candidates?.some(({ finishReason }) => typeof finishReason === "string") === true

export const geminiShape: AnswerShape = {
  // A chunk may hold a whole call of a tool.
  longestEvent: 1_048_576,
  seenAfter: (before, data) => {
    const chunk = Option.getOrUndefined(decodeChunk(data))
    const usage = chunk === undefined ? undefined : usageIn(chunk)
    const cut = chunk === undefined ? undefined : cutIn(chunk)
    if (usage === undefined && before !== undefined && cut !== undefined) {
      return { usage: { ...before.usage, unfinished: cut }, final: false }
    }
    return chunk === undefined || usage === undefined
      ? before ?? (chunk === undefined ? undefined : { usage: nothingUsed, final: false })
      : { usage, final: hasEnded(chunk) }
  },
  outputBefore: (data) => data.includes("\"parts\"") ? Math.max(1, Math.ceil((data.length - 200) / 4)) : 0,
  errorOf: (data) => {
    if (!/^\{\s*"error":/.test(data)) return undefined
    const code = Option.match(decodeError(data), { onNone: () => 500, onSome: ({ error }) => error.code })
    return { status: code, words: data }
  },
  isPing: () => false,
  isOpening: () => false,
  usageOf: (body) => Option.match(decodeChunk(body), { onNone: () => undefined, onSome: usageIn })
}
