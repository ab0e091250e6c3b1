/**
 * Claude Code's stream, one JSON object per line, as far as the runner relies on it. Everything else, unknown events included, is let
 * through unread.
 */
import { Result, Schema } from "effect"

const Text = Schema.optionalKey(Schema.NullOr(Schema.String))
const Amount = Schema.optionalKey(Schema.NullOr(Schema.Finite))

export const Init = Schema.Struct({
  type: Schema.Literal("system"),
  subtype: Schema.Literal("init"),
  session_id: Schema.String,
  model: Schema.String,
  permissionMode: Schema.String,
  cwd: Text,
  tools: Schema.optionalKey(Schema.Array(Schema.String)),
  mcp_servers: Schema.optionalKey(Schema.Array(Schema.Struct({ name: Schema.String, status: Schema.String })))
})
export type Init = typeof Init.Type

const Block = Schema.Struct({
  type: Schema.String,
  text: Text,
  thinking: Text,
  id: Text,
  name: Text,
  input: Schema.optionalKey(Schema.Unknown),
  tool_use_id: Text,
  is_error: Schema.optionalKey(Schema.NullOr(Schema.Boolean)),
  content: Schema.optionalKey(Schema.Unknown)
})
export type Block = typeof Block.Type

const Content = Schema.Union([Schema.Array(Block), Schema.String])

const Assistant = Schema.Struct({
  type: Schema.Literal("assistant"),
  message: Schema.Struct({ model: Text, content: Content }),
  parent_tool_use_id: Text,
  /** Kind of the API's failure; the message's model is then `<synthetic>`. */
  error: Text
})

const User = Schema.Struct({
  type: Schema.Literal("user"),
  message: Schema.Struct({ content: Content }),
  parent_tool_use_id: Text
})

const ApiRetry = Schema.Struct({
  type: Schema.Literal("system"),
  subtype: Schema.Literal("api_retry"),
  attempt: Amount,
  max_retries: Amount,
  retry_delay_ms: Amount,
  error_status: Amount,
  error: Text
})

const RateLimit = Schema.Struct({
  type: Schema.Literal("rate_limit_event"),
  rate_limit_info: Schema.Struct({ status: Text, resetsAt: Amount, rateLimitType: Text })
})

/** Work in the background, such as a subagent or a server that was started: begun, ended, or all that there is now. */
const Task = Schema.Struct({
  type: Schema.Literal("system"),
  subtype: Schema.Literals(["task_started", "task_notification"]),
  task_id: Schema.String,
  description: Text
})

const Tasks = Schema.Struct({
  type: Schema.Literal("system"),
  subtype: Schema.Literal("background_tasks_changed"),
  tasks: Schema.Array(Schema.Struct({ task_id: Schema.String, description: Text }))
})

const Tokens = Schema.Struct({
  input_tokens: Amount,
  output_tokens: Amount,
  cache_read_input_tokens: Amount,
  cache_creation_input_tokens: Amount
})

const ModelUsage = Schema.Record(
  Schema.String,
  Schema.Struct({
    inputTokens: Amount,
    outputTokens: Amount,
    cacheReadInputTokens: Amount,
    cacheCreationInputTokens: Amount
  })
)

export const RunResult = Schema.Struct({
  type: Schema.Literal("result"),
  subtype: Schema.String,
  is_error: Schema.optionalKey(Schema.Boolean),
  api_error_status: Amount,
  terminal_reason: Text,
  stop_reason: Text,
  num_turns: Amount,
  result: Text,
  errors: Schema.optionalKey(Schema.Array(Schema.String)),
  session_id: Text,
  total_cost_usd: Amount,
  usage: Schema.optionalKey(Schema.NullOr(Tokens)),
  /** Sums over the whole process, subagents included. */
  modelUsage: Schema.optionalKey(Schema.NullOr(ModelUsage)),
  permission_denials: Schema.optionalKey(Schema.Array(Schema.Struct({ tool_name: Schema.String })))
})
export type RunResult = typeof RunResult.Type

const Other = Schema.Struct({ type: Schema.String, subtype: Text })

export const Event = Schema.Union([Init, ApiRetry, Assistant, User, RateLimit, Task, Tasks, RunResult, Other])
export type Event = typeof Event.Type

const decodeLine = Schema.decodeUnknownResult(Schema.fromJsonString(Event))

/** The event of a line; undefined for a line that is none (blank, or something that a program printed). */
export const decodeEvent = (line: string): Event | undefined => Result.getOrUndefined(decodeLine(line))

export const isInit = Schema.is(Init)
export const isAssistant = Schema.is(Assistant)
export const isUser = Schema.is(User)
export const isApiRetry = Schema.is(ApiRetry)
export const isRateLimit = Schema.is(RateLimit)
export const isTask = Schema.is(Task)
export const isTasks = Schema.is(Tasks)
export const isRunResult = Schema.is(RunResult)

/** A result that answers nothing: a resumed session has one for each background task that died with its predecessor. */
export const isEmptyResult = ({ errors, is_error, num_turns, result, subtype }: RunResult): boolean =>
  num_turns === 0 && subtype === "success" && is_error !== true && !result?.trim() && errors === undefined

/** An event whose words go on into results and messages, without secrets. */
export const redacted = (event: Event | undefined, redact: (text: string) => string): Event | undefined =>
  event === undefined || !isRunResult(event) ? event : {
    ...event,
    ...(typeof event.result === "string" ? { result: redact(event.result) } : {}),
    ...(event.errors === undefined ? {} : { errors: event.errors.map(redact) })
  }

/** Content as blocks, whether the message has a list or a plain text. */
export const blocksOf = (content: ReadonlyArray<Block> | string): ReadonlyArray<Block> =>
  typeof content === "string" ? [{ type: "text", text: content }] : content
