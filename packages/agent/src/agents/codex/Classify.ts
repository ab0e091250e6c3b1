/**
 * What an observation of Codex means, with what a broker saw beside it. First match wins. The kind of a failure is in its words alone; an
 * end of a limit is in the broker's view.
 */
import { DateTime, Option } from "effect"
import { short } from "../../pod/Short.ts"
import { type BrokerView, stoppedByRunner } from "../Following.ts"
import { ProcessEnd } from "../ProcessEnd.ts"
import type { Observation } from "./Observation.ts"

const failed = (reason: "SetupFailed" | "InvalidSpec" | "AgentError", message: string) =>
  ProcessEnd.Failed({ reason, message })

type Classifier = (seen: Observation, broker: BrokerView) => ProcessEnd | undefined

const lastLines = (text: string) => text.trim().split("\n").slice(-3).join(" | ")

const wordsOf = ({ failure, stderr, trouble }: Observation): string =>
  failure ?? trouble ?? (lastLines(stderr) || "no words")

const otherThread: Classifier = ({ otherThread }) => otherThread ? ProcessEnd.SessionUnknown() : undefined

const silent: Classifier = ({ stopped }) =>
  stopped === "Silent" ? ProcessEnd.Lost({ message: "the agent showed no sign of life" }) : undefined

const session: Classifier = ({ stderr, thread }) => {
  if (thread !== undefined) return undefined
  if (/already has an active writer/i.test(stderr)) return ProcessEnd.SessionInUse()
  return /no rollout found|failed to read session metadata/i.test(stderr) ? ProcessEnd.SessionUnknown() : undefined
}

const notBegun: Classifier = (seen) =>
  seen.thread !== undefined
    ? undefined
    : failed(
      "SetupFailed",
      seen.stopped === "NoInit"
        ? `the agent printed nothing for too long after its start: ${wordsOf(seen)}`
        : `the agent did not start (exit ${seen.exitCode}): ${wordsOf(seen)}`
    )

/** A rule for the words of a turn that has failed. */
const inWords =
  (pattern: RegExp, end: (words: string, broker: BrokerView) => ProcessEnd): Classifier => (seen, broker) =>
    seen.failure !== undefined && pattern.test(seen.failure) ? end(seen.failure, broker) : undefined

const refusedByBroker: Classifier = (seen, { modelRefused }) =>
  seen.failure !== undefined && (modelRefused === "Budget" || modelRefused === "Turns")
    ? ProcessEnd.OverBudget({ message: wordsOf(seen), complete: false })
    : undefined

const epochSeconds = (time: string | undefined): number | undefined =>
  Option.getOrUndefined(
    Option.map(Option.flatMap(Option.fromUndefinedOr(time), DateTime.make), (at) =>
      Math.ceil(at.epochMilliseconds / 1000))
  )

const status = (codes: string) => new RegExp(`(?:unexpected status|last status:) (?:${codes})\\b`)

const noEnd: Classifier = (seen) => {
  if (seen.failure !== undefined) return failed("AgentError", seen.failure)
  if (seen.completed) return undefined
  return ProcessEnd.Lost({
    message: seen.exitCode === 137
      ? "the agent was killed (exit 137; out of memory?)"
      : `the agent ended without a result (exit ${seen.exitCode}): ${short(wordsOf(seen))}`
  })
}

const notRun: Classifier = (seen) =>
  seen.answered
    ? undefined
    : failed("AgentError", "the prompt was not run: the model has said nothing and done nothing")

const classifiers: ReadonlyArray<Classifier> = [
  otherThread,
  silent,
  session,
  notBegun,
  refusedByBroker,
  inWords(
    /^quota exceeded|insufficient_quota|billing details/i,
    (words) => failed("SetupFailed", `the model API's account has no credit: ${words}`)
  ),
  inWords(
    new RegExp(`${status("429").source}|usage limit|rate limit`, "i"),
    (message, { resetAt }) => ProcessEnd.Limited({ message, resetAt: epochSeconds(resetAt) })
  ),
  inWords(
    status("401|402|403"),
    (words, { problem }) => failed("SetupFailed", `the model API rejected the credentials: ${problem ?? words}`)
  ),
  inWords(status("404"), (words) => failed("InvalidSpec", `spec.model: ${words}`)),
  inWords(
    new RegExp(
      `${status("5\\d\\d").source}|high demand|stream disconnected|error sending request|connection|timed out|timeout`,
      "i"
    ),
    (message) => ProcessEnd.UpstreamDown({ message })
  ),
  noEnd,
  notRun
]

/** The meaning of a process of Codex that has ended. */
export const classify = (seen: Observation, broker: BrokerView = {}): ProcessEnd => {
  for (const rule of classifiers) {
    const processEnd = rule(seen, broker)
    if (processEnd !== undefined) return processEnd
  }
  const forced = stoppedByRunner(seen.stopped, [])
  const words = seen.lastWords?.trim() || "The agent finished without a message."
  return ProcessEnd.Finished(
    forced === undefined ? { message: words } : { message: `${forced} ${words}`, forced }
  )
}
