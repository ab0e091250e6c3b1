/** What was seen of one process of opencode, folded from its stream. Facts only; what they mean is `Classify`'s. */
import type { Invocation } from "../AgentCli.ts"
import type { Bounds, BrokerView, StopCause } from "../Following.ts"
import type { Seen } from "../StreamFollowing.ts"
import { type Event, type Failure, isFailure, isSaid, isStepFinish, isStepStart, isToolUse } from "./Stream.ts"

export interface Observation extends Seen {
  /** opencode's own name for the session. */
  readonly session?: string
  /** Whether that is another than the one to resume. */
  readonly otherSession: boolean
  /** Why the model's last answer ended; absent while it is being asked. */
  readonly reason?: string
  /** Whether a model has said or done anything. */
  readonly answered: boolean
  /** Answers one after the other that were none: it asks again for ever. */
  readonly noAnswers: number
  readonly lastWords?: string
  /** Why the turn has failed, where nothing came after it. */
  readonly failure?: Failure
}

export const nothingSeen: Observation = { otherSession: false, answered: false, noAnswers: 0, stderr: "" }

/** Whether the model has said that it is done, and nothing was begun after it. */
export const isCompleted = ({ failure, reason }: Observation): boolean => failure === undefined && reason === "stop"

const begun = (before: Observation, session: string, resume: string | undefined): Observation =>
  before.session === undefined
    ? { ...before, session, otherSession: resume !== undefined && resume !== session }
    : before

/** The observation after one more event. */
export const observe = (
  seen: Observation,
  event: Event,
  { session: { resume } }: Pick<Invocation, "session">
): Observation => {
  const before = begun(seen, event.sessionID, resume)
  if (isStepStart(event)) {
    const { failure: _, reason: __, ...rest } = before
    return rest
  }
  if (isStepFinish(event)) {
    const { reason, tokens: { cache, input = 0, output = 0, reasoning = 0 } = {} } = event.part
    return {
      ...before,
      reason,
      noAnswers: reason === "unknown" ? before.noAnswers + 1 : 0,
      usage: {
        inputTokens: (before.usage?.inputTokens ?? 0) + input + (cache?.read ?? 0) + (cache?.write ?? 0),
        outputTokens: (before.usage?.outputTokens ?? 0) + output + reasoning
      }
    }
  }
  if (isToolUse(event)) return { ...before, answered: true }
  if (isFailure(event)) return { ...before, failure: event.error }
  if (!isSaid(event) || event.type !== "text" || event.part.text.trim() === "") return before
  return { ...before, answered: true, lastWords: event.part.text }
}

const mostNoAnswers = 5

/** A tool that runs, or one of its pauses, is longer than that at most. */
const patience = 4

/** How long a limit is let stand whose end the broker knows: it is waited for without a word. */
const limitSeconds = 20

/** Why a process that has said nothing for so long is to be stopped. */
export const overdue = (
  seen: Observation,
  quietSeconds: number,
  { exit, silence }: Pick<Bounds, "exit" | "silence">,
  broker: BrokerView = {}
): StopCause | undefined => {
  if (seen.noAnswers >= mostNoAnswers) return "Looping"
  if (isCompleted(seen) || seen.failure !== undefined) return quietSeconds >= exit ? "NotExiting" : undefined
  if (broker.resetAt !== undefined && quietSeconds >= limitSeconds) return "Waiting"
  return quietSeconds >= (broker.asking === 0 ? patience * silence : silence) ? "Silent" : undefined
}
