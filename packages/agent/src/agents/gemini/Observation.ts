/** What was seen of one process of Gemini CLI, folded from its stream. Facts only; what they mean is `Classify`'s. */
import type { Invocation } from "../AgentCli.ts"
import type { Bounds, StopCause } from "../Following.ts"
import type { Seen } from "../StreamFollowing.ts"
import { type Event, isEnded, isInit, isMessage, isToolResult, isToolUse, isTrouble } from "./Stream.ts"

export interface Observation extends Seen {
  readonly session?: string
  /** Whether it does not run as asked: another session or another model. */
  readonly otherRun: boolean
  /** Names of the run's tool servers. */
  readonly toolServers: ReadonlyArray<string>
  /** How it says that it has ended. */
  readonly status?: string
  /** Why it has failed, in its words. */
  readonly failure?: string
  /** What it said of an end that looks like a good one. */
  readonly warning?: string
  /** Whether a model has said or done anything. */
  readonly answered: boolean
  /** Words since the last call of a tool: they come in pieces. */
  readonly words: string
  readonly runningTools: ReadonlySet<string>
}

export const nothingSeen: Observation = {
  otherRun: false,
  toolServers: [],
  answered: false,
  words: "",
  runningTools: new Set(),
  stderr: ""
}

export const isCompleted = ({ failure, status, warning }: Observation): boolean =>
  status === "success" && failure === undefined && warning === undefined

/** Why it must not work: it goes on without a tool server that does not start, and tells that only in its log. */
export const unfitness = ({ answered, otherRun, stderr, toolServers }: Observation): string | undefined => {
  if (otherRun) return "the agent runs with another session or model than asked"
  return toolServers.length > 0 && !answered && stderr.includes("MCP issues detected")
    ? `a tool server of the run cannot be used: one of ${toolServers.join(", ")}`
    : undefined
}

/** The observation after one more event. */
export const observe = (
  before: Observation,
  event: Event,
  { files: { mcpServers }, model, session: { resume, sessionId } }: Pick<Invocation, "files" | "model" | "session">
): Observation => {
  if (isInit(event)) {
    return {
      ...before,
      session: event.session_id,
      toolServers: mcpServers.map(({ name }) => name),
      otherRun: event.session_id !== (resume ?? sessionId) || event.model !== model
    }
  }
  if (isMessage(event)) {
    if (event.role !== "assistant") return before
    const words = before.words + event.content
    return { ...before, words, answered: before.answered || words.trim() !== "" }
  }
  if (isToolUse(event)) {
    return { ...before, words: "", answered: true, runningTools: new Set([...before.runningTools, event.tool_id]) }
  }
  if (isToolResult(event)) {
    return { ...before, runningTools: new Set([...before.runningTools].filter((id) => id !== event.tool_id)) }
  }
  if (isTrouble(event)) {
    return event.severity === "error" ? { ...before, failure: event.message } : { ...before, warning: event.message }
  }
  if (!isEnded(event)) return before
  const { error, stats = {}, status } = event
  const { input_tokens: input = 0, output_tokens: output = 0, total_tokens: total = 0 } = stats
  return {
    ...before,
    status,
    runningTools: new Set(),
    ...(status === "success" ? {} : { failure: error?.message ?? before.failure ?? "no words" }),
    usage: { inputTokens: input, outputTokens: Math.max(output, total - input) }
  }
}

/** Why a process that has said nothing for so long is to be stopped. */
export const overdue = (
  { runningTools, session, status }: Observation,
  quietSeconds: number,
  { exit, silence }: Pick<Bounds, "exit" | "silence">
): StopCause | undefined => {
  if (runningTools.size > 0) return undefined
  if (status !== undefined) return quietSeconds >= exit ? "NotExiting" : undefined
  return session !== undefined && quietSeconds >= silence ? "Silent" : undefined
}
