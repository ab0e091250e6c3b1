/** What was seen of one process of Codex, folded from its stream. Facts only; what they mean is `Classify`'s. */
import type { Usage } from "@orchestrator/domain/Usage"
import type { Bounds, StopCause } from "../Following.ts"
import type { Seen } from "../StreamFollowing.ts"
import { type Event, isItemEvent, isStarted, isTool, isTrouble, isTurnCompleted, isTurnFailed } from "./Stream.ts"

export interface Observation extends Seen {
  readonly thread?: string
  /** Whether the thread is another than the one to resume. */
  readonly otherThread: boolean
  /** Whether a turn has ended well, and nothing was begun after it. */
  readonly completed: boolean
  /** Whether a model has said or done anything. */
  readonly answered: boolean
  readonly lastWords?: string
  /** Why the turn has failed. */
  readonly failure?: string
  /** The last that it said of trouble with the model's API. */
  readonly trouble?: string
  readonly runningTools: ReadonlySet<string>
}

export const nothingSeen: Observation = {
  otherThread: false,
  completed: false,
  answered: false,
  runningTools: new Set(),
  stderr: ""
}

/** What the session is, for this process. */
export interface Asked {
  readonly resume: string | undefined
  readonly usedBefore?: Usage
}

const without = (total: number | null | undefined, before: number | undefined) =>
  Math.max(0, Math.round((total ?? 0) - (before ?? 0)))

/** The observation after one more event. */
export const observe = (before: Observation, event: Event, { resume, usedBefore }: Asked): Observation => {
  if (isStarted(event)) {
    return { ...before, thread: event.thread_id, otherThread: resume !== undefined && event.thread_id !== resume }
  }
  if (isItemEvent(event)) {
    const { item, type } = event
    const runningTools = new Set(before.runningTools)
    if (type === "item.completed") runningTools.delete(item.id)
    else if (isTool(item)) runningTools.add(item.id)
    // An item of type error is a warning, and nothing that a model did.
    if (item.type === "error") return { ...before, runningTools }
    return {
      ...before,
      runningTools,
      completed: false,
      answered: before.answered || isTool(item) || Boolean(item.text?.trim()),
      ...(item.type === "agent_message" && item.text ? { lastWords: item.text } : {})
    }
  }
  if (isTurnCompleted(event)) {
    const { usage } = event
    return {
      ...before,
      completed: true,
      runningTools: new Set(),
      usage: {
        inputTokens: without(usage?.input_tokens, usedBefore?.inputTokens),
        outputTokens: without(usage?.output_tokens, usedBefore?.outputTokens)
      }
    }
  }
  if (isTurnFailed(event)) return { ...before, failure: event.error.message, runningTools: new Set() }
  if (isTrouble(event)) return { ...before, trouble: event.message }
  return before
}

/** Why a process that has said nothing for so long is to be stopped. */
export const overdue = (
  { completed, failure, runningTools, thread }: Observation,
  quietSeconds: number,
  { exit, silence }: Pick<Bounds, "exit" | "silence">
): StopCause | undefined => {
  if (runningTools.size > 0) return undefined
  if (completed || failure !== undefined) return quietSeconds >= exit ? "NotExiting" : undefined
  return thread !== undefined && quietSeconds >= silence ? "Silent" : undefined
}
