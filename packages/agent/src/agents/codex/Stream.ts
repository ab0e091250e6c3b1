/** Codex's stream, one JSON object per line, as far as the runner relies on it. Everything else is let through unread. */
import { Result, Schema } from "effect"

const Text = Schema.optionalKey(Schema.NullOr(Schema.String))
const Amount = Schema.optionalKey(Schema.NullOr(Schema.Finite))

const Started = Schema.Struct({ type: Schema.Literal("thread.started"), thread_id: Schema.String })

export const Item = Schema.Struct({
  id: Schema.String,
  type: Schema.String,
  text: Text,
  /** Of an item of type error, which is a warning. */
  message: Text,
  command: Text,
  aggregated_output: Text,
  exit_code: Amount,
  status: Text,
  changes: Schema.optionalKey(Schema.Array(Schema.Struct({ path: Schema.String, kind: Text }))),
  server: Text,
  tool: Text,
  arguments: Schema.optionalKey(Schema.Unknown),
  result: Schema.optionalKey(Schema.Unknown),
  error: Schema.optionalKey(Schema.Unknown)
})
export type Item = typeof Item.Type

const ItemEvent = Schema.Struct({
  type: Schema.Literals(["item.started", "item.updated", "item.completed"]),
  item: Item
})

export const Tokens = Schema.Struct({ input_tokens: Amount, output_tokens: Amount })

const TurnCompleted = Schema.Struct({
  type: Schema.Literal("turn.completed"),
  /** Of the whole thread, over every process that worked in it. */
  usage: Schema.optionalKey(Schema.NullOr(Tokens))
})

const TurnFailed = Schema.Struct({
  type: Schema.Literal("turn.failed"),
  error: Schema.Struct({ message: Schema.String })
})

/** Another try, or the words of a failure; no end. */
const Trouble = Schema.Struct({ type: Schema.Literal("error"), message: Schema.String })

const Other = Schema.Struct({ type: Schema.String })

const Event = Schema.Union([Started, ItemEvent, TurnCompleted, TurnFailed, Trouble, Other])
export type Event = typeof Event.Type

const decodeLine = Schema.decodeUnknownResult(Schema.fromJsonString(Event))

/** The event of a line; undefined for a line that is none. */
export const decodeEvent = (line: string): Event | undefined => Result.getOrUndefined(decodeLine(line))

export const isStarted = Schema.is(Started)
export const isItemEvent = Schema.is(ItemEvent)
export const isTurnCompleted = Schema.is(TurnCompleted)
export const isTurnFailed = Schema.is(TurnFailed)
export const isTrouble = Schema.is(Trouble)

/** Items that are calls of tools; each ends by itself. */
const tools = new Set(["command_execution", "file_change", "mcp_tool_call", "web_search", "collab_tool_call"])

export const isTool = ({ type }: Item): boolean => tools.has(type)

const redactedItem = (item: Item, redact: (text: string) => string): Item => ({
  ...item,
  ...(typeof item.text === "string" ? { text: redact(item.text) } : {})
})

/** An event whose words go on into results and messages, without secrets. */
export const redacted = (event: Event | undefined, redact: (text: string) => string): Event | undefined => {
  if (event === undefined) return undefined
  if (isItemEvent(event)) return { ...event, item: redactedItem(event.item, redact) }
  if (isTurnFailed(event)) return { ...event, error: { message: redact(event.error.message) } }
  return isTrouble(event) ? { ...event, message: redact(event.message) } : event
}
