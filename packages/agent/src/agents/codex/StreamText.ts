/** What an event of Codex is in the log, one short line each, and in the conversation, whole and as it came. */
import type { TranscriptContent } from "@orchestrator/domain/Transcript"
import type { Usage } from "@orchestrator/domain/Usage"
import type { Redact } from "../../pod/Redact.ts"
import { short, shortWidth } from "../../pod/Short.ts"
import { answerLine, callLine, jsonOf, textOf } from "../ToolText.ts"
import {
  type Event,
  isItemEvent,
  isStarted,
  isTool,
  isTrouble,
  isTurnCompleted,
  isTurnFailed,
  type Item
} from "./Stream.ts"

const toolOf = (item: Item): { readonly name: string; readonly input: unknown; readonly telling: string } => {
  switch (item.type) {
    case "command_execution":
      return { name: "shell", input: { command: item.command ?? "" }, telling: item.command ?? "" }
    case "file_change":
      return {
        name: "apply_patch",
        input: { changes: item.changes ?? [] },
        telling: item.changes?.map(({ path }) => path).join(", ") ?? ""
      }
    case "mcp_tool_call":
      return {
        name: `${item.server ?? ""}__${item.tool ?? ""}`,
        input: item.arguments,
        telling: JSON.stringify(item.arguments ?? {})
      }
    default:
      return { name: item.type, input: {}, telling: "" }
  }
}

const failedTool = ({ error, exit_code, status }: Item): boolean =>
  status === "failed" || (typeof exit_code === "number" && exit_code !== 0) || (error !== undefined && error !== null)

const outputOf = ({ aggregated_output, error, result }: Item): string => aggregated_output ?? textOf(result ?? error)

const itemLines = (type: string, item: Item, redact: Redact): ReadonlyArray<string> => {
  const brief = (text: string) => short(text, shortWidth, redact)
  if (isTool(item)) {
    const { name, telling } = toolOf(item)
    if (type === "item.started") return [callLine(name, brief(telling))]
    return type === "item.completed" ? [answerLine(failedTool(item), brief(outputOf(item)))] : []
  }
  if (type !== "item.completed") return []
  if (item.type === "agent_message" && item.text) return [`agent: ${brief(item.text)}`]
  return item.type === "error" && item.message ? [`agent: warning: ${brief(item.message)}`] : []
}

/** Lines for an event; none for what a person need not see. */
export const logLines = (event: Event, model: string, redact: Redact): ReadonlyArray<string> => {
  if (isStarted(event)) return [`agent: thread ${event.thread_id} with ${model}`]
  if (isItemEvent(event)) return itemLines(event.type, event.item, redact)
  if (isTrouble(event)) return [`agent: ${short(event.message, shortWidth, redact)}`]
  if (isTurnFailed(event)) return [`agent: failed: ${short(event.error.message, shortWidth, redact)}`]
  return isTurnCompleted(event) ? ["agent: finished"] : []
}

const itemContents = (type: string, item: Item): ReadonlyArray<TranscriptContent> => {
  if (isTool(item)) {
    const { input, name } = toolOf(item)
    const call: TranscriptContent = { type: "toolCall", id: item.id, name, input: jsonOf(input) }
    if (type === "item.started") return [call]
    return type === "item.completed"
      ? [{ type: "toolResult", id: item.id, error: failedTool(item), text: outputOf(item) }]
      : []
  }
  if (type !== "item.completed") return []
  if (item.type === "agent_message" && item.text) return [{ type: "message", role: "assistant", text: item.text }]
  if (item.type === "reasoning" && item.text) return [{ type: "reasoning", text: item.text }]
  return item.type === "error" && item.message ? [{ type: "notice", text: item.message }] : []
}

/** Events for one of the stream; `usage`: of this process. */
export const transcriptOf = (
  event: Event,
  seen: { readonly model: string; readonly lastWords?: string; readonly usage?: Usage }
): ReadonlyArray<TranscriptContent> => {
  if (isStarted(event)) return [{ type: "session", sessionId: event.thread_id, model: seen.model, tools: [] }]
  if (isItemEvent(event)) return itemContents(event.type, event.item)
  if (isTrouble(event)) return [{ type: "notice", text: event.message }]
  if (isTurnFailed(event)) return [{ type: "result", error: true, text: event.error.message }]
  if (!isTurnCompleted(event)) return []
  const { lastWords = "", usage } = seen
  return [{ type: "result", error: false, text: lastWords, ...(usage === undefined ? {} : { usage }) }]
}
