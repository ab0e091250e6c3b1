/** What was seen of one process of the agent, folded from its stream. Facts only; what they mean is `Classify`'s. */
import { addUsage, type Usage } from "@orchestrator/domain/Usage"
import {
  blocksOf,
  type Event,
  type Init,
  isAssistant,
  isInit,
  isRateLimit,
  isRunResult,
  isUser,
  type RunResult
} from "./Stream.ts"

/** Why the runner stopped the process. */
export type StopCause = "NoInit" | "BadInit" | "Silent" | "NotExiting"

export interface Observation {
  readonly init?: Init
  /** The last one: there may be several, and events after it. */
  readonly result?: RunResult
  /** Sum over the results of this process. */
  readonly usage?: Usage
  /** Whether a real model answered. */
  readonly answered: boolean
  /** Kind of the last failure of the API. */
  readonly apiError?: string
  /** Epoch seconds at which a rejected usage limit ends. */
  readonly resetsAt?: number
  readonly runningTools: ReadonlySet<string>
  /** The end of what was said on stderr. */
  readonly stderr: string
  /** 128 + signal when a signal ended it. */
  readonly exitCode?: number
  readonly stopped?: StopCause
  /** Why the first event was not as asked. */
  readonly badInit?: string
}

export const nothingSeen: Observation = { answered: false, runningTools: new Set(), stderr: "" }

const stderrKept = 4000

const usageOf = ({ num_turns, total_cost_usd, usage }: RunResult): Usage => ({
  costUsd: total_cost_usd ?? 0,
  inputTokens: Math.round(
    (usage?.input_tokens ?? 0) + (usage?.cache_read_input_tokens ?? 0) + (usage?.cache_creation_input_tokens ?? 0)
  ),
  outputTokens: Math.round(usage?.output_tokens ?? 0),
  turns: Math.round(num_turns ?? 0)
})

/** The observation after one more event. */
export const observe = (seen: Observation, event: Event): Observation => {
  if (isInit(event)) return { ...seen, init: event }
  if (isAssistant(event)) {
    const synthetic = event.message.model === "<synthetic>"
    const started = blocksOf(event.message.content).flatMap(({ id, type }) => (type === "tool_use" && id ? [id] : []))
    return {
      ...seen,
      answered: seen.answered || !synthetic,
      ...(event.error ? { apiError: event.error } : {}),
      runningTools: new Set([...seen.runningTools, ...started])
    }
  }
  if (isUser(event)) {
    const ended = new Set(blocksOf(event.message.content).map(({ tool_use_id }) => tool_use_id))
    return { ...seen, runningTools: new Set([...seen.runningTools].filter((id) => !ended.has(id))) }
  }
  if (isRateLimit(event)) {
    const { resetsAt, status } = event.rate_limit_info
    return status === "rejected" && typeof resetsAt === "number" ? { ...seen, resetsAt } : seen
  }
  if (isRunResult(event)) {
    const usage = addUsage(undefined, usageOf(event))
    return { ...seen, result: event, runningTools: new Set(), ...(usage === undefined ? {} : { usage }) }
  }
  return seen
}

export const observeStderr = (seen: Observation, line: string): Observation => ({
  ...seen,
  stderr: `${seen.stderr}${line}\n`.slice(-stderrKept)
})

export interface Asked {
  readonly model: string
  readonly permissionMode: string
  readonly sessionId: string
  /** Servers of our own `mcp.json`. */
  readonly mcpServers: ReadonlyArray<string>
}

/** How the agent says that it goes without its managed settings, or without some of them. */
export const notInForce = /managed settings (?:failed to load|contain invalid)/i

const isFullName = (model: string) => /^claude-.*\d/.test(model)
const plain = (model: string) => model.replace(/\[.*\]$/, "")

/** What is wrong with the agent's first event; an agent that is not as asked must not work. */
export const initProblem = (init: Init, asked: Asked, stderr: string): string | undefined => {
  if (/managed settings/i.test(stderr)) return `the agent does not apply its managed settings: ${stderr.trim()}`
  if (init.session_id.toLowerCase() !== asked.sessionId) {
    return `the agent runs in session ${init.session_id} instead of ${asked.sessionId}`
  }
  if (init.permissionMode !== asked.permissionMode) {
    return `the agent runs with permission mode ${init.permissionMode} instead of ${asked.permissionMode}`
  }
  if (isFullName(asked.model) && plain(init.model) !== plain(asked.model)) {
    return `the agent runs with model ${init.model} instead of ${asked.model}`
  }
  const failed = init.mcp_servers?.filter(({ name, status }) => status === "failed" && asked.mcpServers.includes(name))
  if (failed !== undefined && failed.length > 0) {
    return `MCP server ${failed.map(({ name }) => name).join(", ")} did not start`
  }
  return undefined
}
