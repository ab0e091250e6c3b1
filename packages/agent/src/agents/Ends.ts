/** Parts of what an end means that are the same for agents which say their failures in words. */
import { DateTime, Option } from "effect"
import { short } from "../pod/Short.ts"
import { stoppedByRunner } from "./Following.ts"
import { ProcessEnd } from "./ProcessEnd.ts"
import type { Seen } from "./StreamFollowing.ts"

export const failed = (reason: "SetupFailed" | "InvalidSpec" | "AgentError", message: string): ProcessEnd =>
  ProcessEnd.Failed({ reason, message })

/** The last that a process said where nobody parses it. */
export const lastLines = (text: string): string => text.trim().split("\n").slice(-3).join(" | ")

/** Of the end of a limit, as a broker tells it. */
export const epochSeconds = (time: string | undefined): number | undefined =>
  Option.getOrUndefined(
    Option.map(Option.flatMap(Option.fromUndefinedOr(time), DateTime.make), (at) =>
      Math.ceil(at.epochMilliseconds / 1000))
  )

export const notStarted = ({ exitCode, stopped }: Seen, words: string): ProcessEnd =>
  failed(
    "SetupFailed",
    stopped === "NoInit"
      ? `the agent printed nothing for too long after its start: ${words}`
      : `the agent did not start (exit ${exitCode}): ${words}`
  )

export const silent = ProcessEnd.Lost({ message: "the agent showed no sign of life" })

export const withoutResult = ({ exitCode }: Seen, words: string): ProcessEnd =>
  ProcessEnd.Lost({
    message: exitCode === 137
      ? "the agent was killed (exit 137; out of memory?)"
      : `the agent ended without a result (exit ${exitCode}): ${short(words)}`
  })

export const notRun = failed("AgentError", "the prompt was not run: the model has said nothing and done nothing")

export const noCredit = (words: string): ProcessEnd =>
  failed("SetupFailed", `the model API's account has no credit: ${words}`)

export const noAccess = (words: string): ProcessEnd =>
  failed("SetupFailed", `the model API rejected the credentials: ${words}`)

/** The agent's last words, and before them that the runner had to end it. */
export const finished = ({ stopped }: Seen, lastWords: string | undefined): ProcessEnd => {
  const forced = stoppedByRunner(stopped, [])
  const words = lastWords?.trim() || "The agent finished without a message."
  return ProcessEnd.Finished(forced === undefined ? { message: words } : { message: `${forced} ${words}`, forced })
}

/** A rule for an observation; undefined where it says nothing of it. */
export type Rule<S, B> = (seen: S, broker: B) => ProcessEnd | undefined

/** The first rule that says something. */
export const firstOf =
  <S, B>(rules: ReadonlyArray<Rule<S, B>>, otherwise: (seen: S) => ProcessEnd) => (seen: S, broker: B): ProcessEnd => {
    for (const rule of rules) {
      const processEnd = rule(seen, broker)
      if (processEnd !== undefined) return processEnd
    }
    return otherwise(seen)
  }
