/** What was seen of one process of the agent, folded from its stream. Facts only; what they mean is `Classify`'s. */
import type { Usage } from "@orchestrator/domain/Usage"
import type { Bounds, StopCause } from "../Following.ts"
import {
  blocksOf,
  type Event,
  type Init,
  isAssistant,
  isEmptyResult,
  isInit,
  isRateLimit,
  isRunResult,
  isTask,
  isTasks,
  isUser,
  type RunResult
} from "./Stream.ts"

export interface Observation {
  readonly init?: Init
  /** The last one, as long as the agent has not gone on after it: a result ends a turn, and a process may have several. */
  readonly result?: RunResult
  /** The one before, which the agent has gone on after. */
  readonly earlier?: RunResult
  /** Over all results of this process. */
  readonly usage?: Usage
  /** Whether a real model answered. */
  readonly answered: boolean
  /** Kind of the last failure of the API. */
  readonly apiError?: string
  /** Epoch seconds at which a rejected usage limit ends. */
  readonly resetsAt?: number
  readonly runningTools: ReadonlySet<string>
  /** What runs in the background, by id. */
  readonly tasks: ReadonlyMap<string, string>
  /** The end of what was said on stderr. */
  readonly stderr: string
  /** 128 + signal when a signal ended it. */
  readonly exitCode?: number
  readonly stopped?: StopCause
  /** Why the first event was not as asked. */
  readonly badInit?: string
}

export const nothingSeen: Observation = {
  answered: false,
  runningTools: new Set(),
  tasks: new Map(),
  stderr: ""
}

const stderrKept = 4000

const total = (amounts: ReadonlyArray<number | null | undefined>) =>
  Math.round(amounts.reduce<number>((sum, amount) => sum + (amount ?? 0), 0))

/** Turns and `usage` are a result's own; cost and `modelUsage`, which alone has background subagents, are sums of the process so far. */
const usageAfter = (before: Usage | undefined, { modelUsage, num_turns, total_cost_usd, usage }: RunResult): Usage => {
  const models = Object.values(modelUsage ?? {})
  const own = {
    input: total([usage?.input_tokens, usage?.cache_read_input_tokens, usage?.cache_creation_input_tokens]),
    output: total([usage?.output_tokens])
  }
  const sum = {
    input: total(models.flatMap((of) => [of.inputTokens, of.cacheReadInputTokens, of.cacheCreationInputTokens])),
    output: total(models.map(({ outputTokens }) => outputTokens))
  }
  const known = { input: before?.inputTokens ?? 0, output: before?.outputTokens ?? 0 }
  return {
    costUsd: Math.max(before?.costUsd ?? 0, total_cost_usd ?? 0),
    inputTokens: models.length > 0 ? Math.max(known.input, sum.input) : known.input + own.input,
    outputTokens: models.length > 0 ? Math.max(known.output, sum.output) : known.output + own.output,
    turns: (before?.turns ?? 0) + total([num_turns])
  }
}

/** The agent itself goes on; what a subagent does is its task's. */
const goesOn = (seen: Observation, parent?: string | null): Observation => {
  const { result, ...others } = seen
  return result === undefined || typeof parent === "string" ? seen : { ...others, earlier: result }
}

const resultAfter = ({ earlier, result: standing }: Observation, result: RunResult) =>
  isEmptyResult(result) ? standing ?? earlier ?? result : result

/** The observation after one more event. */
export const observe = (before: Observation, event: Event): Observation => {
  if (isInit(event)) return { ...goesOn(before), init: event }
  if (isAssistant(event)) {
    const seen = goesOn(before, event.parent_tool_use_id)
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
    const seen = goesOn(before, event.parent_tool_use_id)
    const ended = new Set(blocksOf(event.message.content).map(({ tool_use_id }) => tool_use_id))
    return { ...seen, runningTools: new Set([...seen.runningTools].filter((id) => !ended.has(id))) }
  }
  if (isRateLimit(event)) {
    const { resetsAt, status } = event.rate_limit_info
    return status === "rejected" && typeof resetsAt === "number" ? { ...before, resetsAt } : before
  }
  if (isTask(event)) {
    const tasks = new Map(before.tasks)
    if (event.subtype === "task_started") tasks.set(event.task_id, event.description ?? event.task_id)
    else tasks.delete(event.task_id)
    return { ...before, tasks }
  }
  if (isTasks(event)) {
    const tasks = new Map(event.tasks.map(({ description, task_id }) => [task_id, description ?? task_id]))
    return { ...before, tasks }
  }
  if (isRunResult(event)) {
    const usage = usageAfter(before.usage, event)
    return { ...before, result: resultAfter(before, event), runningTools: new Set(), usage }
  }
  return before
}

/**
 * Why a process that has said nothing for so long is to be stopped. Only a result with nothing under way is an end; a model may take
 * longer to answer, and a task in the background longer still.
 */
export const overdue = (
  { init, result, runningTools, tasks }: Observation,
  quietSeconds: number,
  { exit, silence }: Pick<Bounds, "exit" | "silence">
): StopCause | undefined => {
  if (runningTools.size > 0) return undefined
  const ended = result !== undefined && !isEmptyResult(result)
  if (ended && tasks.size === 0) return quietSeconds >= exit ? "NotExiting" : undefined
  if (init === undefined || quietSeconds < silence) return undefined
  return ended ? "NotExiting" : "Silent"
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
  if (/managed settings/i.test(stderr)) return `the agent did not apply its managed settings: ${stderr.trim()}`
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
