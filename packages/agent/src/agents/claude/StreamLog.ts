/** One short line per event, so that a person who follows the log sees what the agent does. */
import { Predicate } from "effect"
import type { Redact } from "../../pod/Redact.ts"
import { short, shortWidth } from "../../pod/Short.ts"
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

/** The one input of a tool call that tells what it does. */
const telling = ["command", "file_path", "path", "pattern", "url", "query", "description", "prompt"]

const inputOf = (input: unknown, redact: Redact): string => {
  if (!Predicate.isObject(input)) return ""
  const key = telling.find((name) => typeof Reflect.get(input, name) === "string")
  return key === undefined
    ? short(JSON.stringify(input), shortWidth, redact)
    : short(String(Reflect.get(input, key)), shortWidth, redact)
}

/** What of a tool's answer is text. */
export const textOf = (content: unknown): string =>
  typeof content === "string"
    ? content
    : Array.isArray(content)
    ? content.map((part) => (Predicate.isObject(part) && "text" in part ? String(part.text) : "")).join("\n")
    : ""

const blockLine = (redact: Redact) => (block: Block): ReadonlyArray<string> => {
  if (block.type === "text" && block.text) return [`agent: ${short(block.text, shortWidth, redact)}`]
  if (block.type === "tool_use") return [`agent > ${block.name ?? "tool"} ${inputOf(block.input, redact)}`.trimEnd()]
  if (block.type === "tool_result") {
    const said = short(textOf(block.content), shortWidth, redact)
    return [block.is_error === true ? `agent < error: ${said}` : `agent < ${said || "done"}`]
  }
  return []
}

const amount = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`

/** Lines for an event; none for what a person need not see. */
export const logLines = (event: Event, redact: Redact = (it) => it): ReadonlyArray<string> => {
  if (isInit(event)) {
    const servers = event.mcp_servers?.map(({ name, status }) => `${name} ${status}`).join(", ")
    return [
      `agent: session ${event.session_id} with ${event.model}, ${amount(event.tools?.length ?? 0, "tool")}${
        servers ? `, MCP: ${servers}` : ""
      }`
    ]
  }
  if (isApiRetry(event)) {
    const wait = Math.round((event.retry_delay_ms ?? 0) / 1000)
    return [
      `agent: the model API answered ${event.error_status ?? "nothing"} (${
        event.error ?? "unknown"
      }); try ${event.attempt} of ${event.max_retries} in ${wait} s`
    ]
  }
  if (isAssistant(event)) {
    const prefix = event.error ? [`agent: the model API failed (${event.error})`] : []
    return [...prefix, ...blocksOf(event.message.content).flatMap(blockLine(redact))]
  }
  if (isUser(event)) {
    return blocksOf(event.message.content).filter(({ type }) => type === "tool_result").flatMap(blockLine(redact))
  }
  if (isRateLimit(event)) {
    return event.rate_limit_info.status === "rejected"
      ? [`agent: usage limit (${event.rate_limit_info.rateLimitType ?? "unknown"}) reached`]
      : []
  }
  if (isRunResult(event) && !isEmptyResult(event)) {
    const cost = event.total_cost_usd ? `, $${event.total_cost_usd.toFixed(4)}` : ""
    const how = event.is_error === true ? "failed" : "finished"
    return [
      `agent: ${how} (${event.subtype}) after ${amount(event.num_turns ?? 0, "turn")}${cost}: ${
        short(event.result ?? event.errors?.join("; ") ?? "", shortWidth, redact)
      }`
    ]
  }
  return []
}
