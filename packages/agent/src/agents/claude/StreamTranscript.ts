/** What an event of the stream is in the agent's conversation, as others read it. Whole and as it came: who keeps it cleans it. */
import type { TranscriptContent } from "@orchestrator/domain/Transcript"
import type { Usage } from "@orchestrator/domain/Usage"
import { Option, Schema } from "effect"
import {
  type Block,
  blocksOf,
  type Event,
  isApiRetry,
  isAssistant,
  isEmptyResult,
  isInit,
  isRateLimit,
  isRunResult,
  isUser
} from "./Stream.ts"
import { textOf } from "./StreamLog.ts"

type Parent = { readonly parent?: string }

const decodeJson = Schema.decodeUnknownOption(Schema.Json)
const json = (value: unknown): Schema.Json => Option.getOrElse(decodeJson(value), () => null)

const parentOf = (id: string | null | undefined): Parent => (id ? { parent: id } : {})

const said = (role: "user" | "assistant", parent: Parent) => (block: Block): ReadonlyArray<TranscriptContent> => {
  const { content, id, input, is_error, name, text, thinking, tool_use_id, type } = block
  switch (type) {
    case "text":
      return text ? [{ type: "message", ...parent, role, text }] : []
    case "thinking":
      return thinking ? [{ type: "reasoning", ...parent, text: thinking }] : []
    case "tool_use":
      return [{ type: "toolCall", ...parent, id: id ?? "", name: name ?? "tool", input: json(input) }]
    case "tool_result":
      return [
        { type: "toolResult", ...parent, id: tool_use_id ?? "", error: is_error === true, text: textOf(content) }
      ]
    default:
      return []
  }
}

const notice = (text: string): ReadonlyArray<TranscriptContent> => [{ type: "notice", text }]

/** Events for one of the stream; `usage`: over all that the process has done by then. */
export const transcriptOf = (event: Event, usage: Usage | undefined): ReadonlyArray<TranscriptContent> => {
  if (isInit(event)) {
    const { model, session_id, tools = [] } = event
    return [{ type: "session", sessionId: session_id, model, tools }]
  }
  if (isApiRetry(event)) {
    return notice(
      `The model's API answered ${event.error_status ?? "nothing"} (${
        event.error ?? "unknown"
      }); try ${event.attempt} of ${event.max_retries}.`
    )
  }
  if (isAssistant(event)) {
    const failed = event.error ? notice(`The model's API failed (${event.error}).`) : []
    return [
      ...failed,
      ...blocksOf(event.message.content).flatMap(said("assistant", parentOf(event.parent_tool_use_id)))
    ]
  }
  if (isUser(event)) return blocksOf(event.message.content).flatMap(said("user", parentOf(event.parent_tool_use_id)))
  if (isRateLimit(event)) {
    return event.rate_limit_info.status === "rejected"
      ? notice(`A usage limit (${event.rate_limit_info.rateLimitType ?? "unknown"}) is reached.`)
      : []
  }
  if (isRunResult(event) && !isEmptyResult(event)) {
    return [{
      type: "result",
      error: event.is_error === true,
      text: event.result ?? event.errors?.join("\n") ?? "",
      ...(usage === undefined ? {} : { usage })
    }]
  }
  return []
}
