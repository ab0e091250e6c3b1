/** What an event of Gemini CLI is in the log, one short line each, and in the conversation. Words come in pieces, and are told when they are whole. */
import type { TranscriptContent } from "@orchestrator/domain/Transcript"
import { Predicate } from "effect"
import type { Redact } from "../../pod/Redact.ts"
import { short, shortWidth } from "../../pod/Short.ts"
import { answerLine, callLine, jsonOf, textOf } from "../ToolText.ts"
import type { Observation } from "./Observation.ts"
import { type Event, isEnded, isInit, isToolResult, isToolUse, isTrouble } from "./Stream.ts"

const tellingOf = (parameters: unknown): string => {
  if (!Predicate.isObject(parameters)) return ""
  const field = ["command", "file_path", "pattern", "path"].find(
    (name) => typeof Reflect.get(parameters, name) === "string"
  )
  return field === undefined ? textOf(parameters) : String(Reflect.get(parameters, field))
}

/** Words that are whole with this event. */
const said = (event: Event, { words }: Observation): string =>
  (isToolUse(event) || isEnded(event)) && words.trim() !== "" ? words : ""

/** Lines for an event; none for what a person need not see. */
export const logLines = (event: Event, _model: string, redact: Redact, before: Observation): ReadonlyArray<string> => {
  const brief = (text: string) => short(text, shortWidth, redact)
  const words = said(event, before)
  const first = words === "" ? [] : [`agent: ${brief(words)}`]
  if (isInit(event)) return [`agent: session ${event.session_id} with ${event.model}`]
  if (isToolUse(event)) return [...first, callLine(event.tool_name, brief(tellingOf(event.parameters)))]
  if (isToolResult(event)) {
    const failed = event.status === "error"
    return [answerLine(failed, brief((failed ? event.error?.message : event.output) ?? ""))]
  }
  if (isTrouble(event)) return [`agent: ${event.severity}: ${brief(event.message)}`]
  if (!isEnded(event)) return []
  return [
    ...first,
    event.status === "success" ? "agent: finished" : `agent: failed: ${brief(event.error?.message ?? "")}`
  ]
}

/** Events for one of the stream. */
export const transcriptOf = (
  event: Event,
  model: string,
  after: Observation,
  before: Observation
): ReadonlyArray<TranscriptContent> => {
  const words = said(event, before)
  const first: ReadonlyArray<TranscriptContent> = words === ""
    ? []
    : [{ type: "message", role: "assistant", text: words }]
  if (isInit(event)) return [{ type: "session", sessionId: event.session_id, model, tools: [] }]
  if (isToolUse(event)) {
    return [...first, { type: "toolCall", id: event.tool_id, name: event.tool_name, input: jsonOf(event.parameters) }]
  }
  if (isToolResult(event)) {
    const error = event.status === "error"
    return [{ type: "toolResult", id: event.tool_id, error, text: (error ? event.error?.message : event.output) ?? "" }]
  }
  if (isTrouble(event)) return [{ type: "notice", text: event.message }]
  if (!isEnded(event)) return []
  const { failure, usage } = after
  return [...first, {
    type: "result",
    error: event.status !== "success",
    text: failure ?? words,
    ...(usage === undefined ? {} : { usage })
  }]
}
