/** Gemini CLI's stream, one JSON object per line, as far as the runner relies on it. */
import { Result, Schema } from "effect"
import type { Redact } from "../../pod/Redact.ts"

const optional = Schema.optionalKey
const Amount = optional(Schema.Finite)

const Init = Schema.Struct({ type: Schema.Literal("init"), session_id: Schema.String, model: Schema.String })

/** A piece of an answer; the whole prompt comes back as one, too. */
const Message = Schema.Struct({
  type: Schema.Literal("message"),
  role: Schema.Literals(["user", "assistant"]),
  content: Schema.String
})

const ToolUse = Schema.Struct({
  type: Schema.Literal("tool_use"),
  tool_name: Schema.String,
  tool_id: Schema.String,
  parameters: optional(Schema.Unknown)
})

const Fault = Schema.Struct({ type: optional(Schema.String), message: optional(Schema.String) })

const ToolResult = Schema.Struct({
  type: Schema.Literal("tool_result"),
  tool_id: Schema.String,
  status: Schema.String,
  output: optional(Schema.String),
  error: optional(Fault)
})

const Trouble = Schema.Struct({ type: Schema.Literal("error"), severity: Schema.String, message: Schema.String })

/** Not always there, and `success` of what is none: an answer that was too long is one. */
const Ended = Schema.Struct({
  type: Schema.Literal("result"),
  status: Schema.String,
  error: optional(Fault),
  stats: optional(Schema.Struct({
    /** With thoughts, which the output is without. */
    total_tokens: Amount,
    input_tokens: Amount,
    output_tokens: Amount
  }))
})

const Other = Schema.Struct({ type: Schema.String })

const Event = Schema.Union([Init, Message, ToolUse, ToolResult, Trouble, Ended, Other])
export type Event = typeof Event.Type

const decodeLine = Schema.decodeUnknownResult(Schema.fromJsonString(Event))

export const isInit = Schema.is(Init)
export const isMessage = Schema.is(Message)
export const isToolUse = Schema.is(ToolUse)
export const isToolResult = Schema.is(ToolResult)
export const isTrouble = Schema.is(Trouble)
export const isEnded = Schema.is(Ended)

const redacted = (event: Event, redact: Redact): Event => {
  if (isMessage(event)) return { ...event, content: redact(event.content) }
  if (isTrouble(event)) return { ...event, message: redact(event.message) }
  if (!isEnded(event) || event.error?.message === undefined) return event
  return { ...event, error: { ...event.error, message: redact(event.error.message) } }
}

/** The event of a line, whose words go on into results without secrets; undefined for a line that is none. */
export const decodeEvent = (line: string, redact: Redact): Event | undefined => {
  const decoded = decodeLine(line)
  return Result.isSuccess(decoded) ? redacted(decoded.success, redact) : undefined
}
