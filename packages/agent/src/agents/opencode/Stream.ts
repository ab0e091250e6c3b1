/** opencode's stream, one JSON object per line, as far as the runner relies on it. A step is one answer of the model. */
import { Result, Schema } from "effect"
import type { Redact } from "../../pod/Redact.ts"

const optional = Schema.optionalKey
const Amount = optional(Schema.Finite)

const common = { sessionID: Schema.String }

const StepStart = Schema.Struct({ type: Schema.Literal("step_start"), ...common })

const StepFinish = Schema.Struct({
  type: Schema.Literal("step_finish"),
  ...common,
  part: Schema.Struct({
    /** `stop`, `tool-calls`, `length`, `content-filter` or `unknown`. */
    reason: Schema.String,
    tokens: optional(Schema.Struct({
      /** Without what was read from a cache. */
      input: Amount,
      /** Without reasoning. */
      output: Amount,
      reasoning: Amount,
      cache: optional(Schema.Struct({ read: Amount, write: Amount }))
    }))
  })
})

const Said = Schema.Struct({
  type: Schema.Literals(["text", "reasoning"]),
  ...common,
  part: Schema.Struct({ text: Schema.String })
})

const Tool = Schema.Struct({
  tool: Schema.String,
  callID: Schema.String,
  state: Schema.Struct({
    status: Schema.String,
    input: optional(Schema.Unknown),
    output: optional(Schema.Unknown),
    error: optional(Schema.Unknown),
    metadata: optional(Schema.Unknown)
  })
})
export type Tool = typeof Tool.Type

/** Comes when the call has ended. */
const ToolUse = Schema.Struct({ type: Schema.Literal("tool_use"), ...common, part: Tool })

/** No end by itself: more may follow. */
const Failure = Schema.Struct({
  type: Schema.Literal("error"),
  ...common,
  error: Schema.Struct({
    name: Schema.String,
    data: optional(Schema.Struct({
      message: optional(Schema.String),
      statusCode: Amount,
      isRetryable: optional(Schema.Boolean)
    }))
  })
})
export type Failure = typeof Failure.Type["error"]

const Other = Schema.Struct({ type: Schema.String, ...common })

const Event = Schema.Union([StepStart, StepFinish, Said, ToolUse, Failure, Other])
export type Event = typeof Event.Type

const decodeLine = Schema.decodeUnknownResult(Schema.fromJsonString(Event))

export const isStepStart = Schema.is(StepStart)
export const isStepFinish = Schema.is(StepFinish)
export const isSaid = Schema.is(Said)
export const isToolUse = Schema.is(ToolUse)
export const isFailure = Schema.is(Failure)

const redacted = (event: Event, redact: Redact): Event => {
  if (isSaid(event)) return { ...event, part: { text: redact(event.part.text) } }
  if (!isFailure(event)) return event
  const { data = {}, name } = event.error
  const { message } = data
  return {
    ...event,
    error: { name, data: { ...data, ...(message === undefined ? {} : { message: redact(message) }) } }
  }
}

/** The event of a line, whose words go on into results without secrets; undefined for a line that is none. */
export const decodeEvent = (line: string, redact: Redact): Event | undefined => {
  const decoded = decodeLine(line)
  return Result.isSuccess(decoded) ? redacted(decoded.success, redact) : undefined
}

/** Its words, the name where there are none. */
export const wordsOf = ({ data, name }: Failure): string => data?.message ?? name
