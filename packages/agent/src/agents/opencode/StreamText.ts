/** What an event of opencode is in the log, one short line each, and in the conversation, whole and as it came. */
import type { TranscriptContent } from "@orchestrator/domain/Transcript"
import { Predicate } from "effect"
import type { Redact } from "../../pod/Redact.ts"
import { short, shortWidth } from "../../pod/Short.ts"
import { jsonOf, textOf, toolLines } from "../ToolText.ts"
import type { Observation } from "./Observation.ts"
import { type Event, isFailure, isSaid, isStepFinish, isToolUse, type Tool, wordsOf } from "./Stream.ts"

/** The field of its input that tells a tool's call from others. */
const tellingOf = ({ state: { input } }: Tool): string => {
  if (!Predicate.isObject(input)) return ""
  const field = ["command", "filePath", "pattern", "path"].find((name) => typeof Reflect.get(input, name) === "string")
  return field === undefined ? textOf(input) : String(Reflect.get(input, field))
}

const isFailed = ({ state: { metadata, status } }: Tool): boolean => {
  const exit = Predicate.isObject(metadata) ? Reflect.get(metadata, "exit") : undefined
  return status === "error" || (exit !== undefined && exit !== 0)
}

const outputOf = ({ state: { error, output } }: Tool): string => textOf(output ?? error)

/** Lines for an event; none for what a person need not see. */
export const logLines = (event: Event, model: string, redact: Redact, before: Observation): ReadonlyArray<string> => {
  const brief = (text: string) => short(text, shortWidth, redact)
  const first = before.session === undefined ? [`agent: session ${event.sessionID} with ${model}`] : []
  if (isToolUse(event)) {
    const { part } = event
    return [
      ...first,
      ...toolLines(
        { name: part.tool, telling: tellingOf(part) },
        { failed: isFailed(part), output: outputOf(part) },
        brief
      )
    ]
  }
  if (isSaid(event)) return event.type === "text" ? [...first, `agent: ${brief(event.part.text)}`] : first
  if (isFailure(event)) return [...first, `agent: failed: ${brief(wordsOf(event.error))}`]
  return isStepFinish(event) && event.part.reason === "stop" ? [...first, "agent: finished"] : first
}

const contents = (event: Event, { lastWords = "", usage }: Observation): ReadonlyArray<TranscriptContent> => {
  if (isToolUse(event)) {
    const { callID: id, state, tool: name } = event.part
    return [
      { type: "toolCall", id, name, input: jsonOf(state.input) },
      { type: "toolResult", id, error: isFailed(event.part), text: outputOf(event.part) }
    ]
  }
  if (isSaid(event)) {
    const { part: { text }, type } = event
    if (text === "") return []
    return [type === "text" ? { type: "message", role: "assistant", text } : { type, text }]
  }
  if (isFailure(event)) return [{ type: "result", error: true, text: wordsOf(event.error) }]
  return isStepFinish(event) && event.part.reason === "stop"
    ? [{ type: "result", error: false, text: lastWords, ...(usage === undefined ? {} : { usage }) }]
    : []
}

/** Events for one of the stream; the first tells the session. */
export const transcriptOf = (
  event: Event,
  model: string,
  after: Observation,
  before: Observation
): ReadonlyArray<TranscriptContent> => [
  ...(before.session === undefined
    ? [{ type: "session" as const, sessionId: event.sessionID, model, tools: [] }]
    : []),
  ...contents(event, after)
]
