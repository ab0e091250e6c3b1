/**
 * What an observation of Codex means, with what a broker saw beside it. First match wins. The kind of a failure is in its words alone; an
 * end of a limit is in the broker's view.
 */
import {
  epochSeconds,
  failed,
  finished,
  firstOf,
  lastLines,
  noAccess,
  noCredit,
  notRun,
  notStarted,
  type Rule,
  silent,
  withoutResult
} from "../Ends.ts"
import type { BrokerView } from "../Following.ts"
import { ProcessEnd } from "../ProcessEnd.ts"
import type { Observation } from "./Observation.ts"

type Classifier = Rule<Observation, BrokerView>

const wordsOf = ({ failure, stderr, trouble }: Observation): string =>
  failure ?? trouble ?? (lastLines(stderr) || "no words")

const session: Classifier = ({ stderr, thread }) => {
  if (thread !== undefined) return undefined
  if (/already has an active writer/i.test(stderr)) return ProcessEnd.SessionInUse()
  return /no rollout found|failed to read session metadata/i.test(stderr) ? ProcessEnd.SessionUnknown() : undefined
}

/** A rule for the words of a turn that has failed. */
const inWords =
  (pattern: RegExp, end: (words: string, broker: BrokerView) => ProcessEnd): Classifier => (seen, broker) =>
    seen.failure !== undefined && pattern.test(seen.failure) ? end(seen.failure, broker) : undefined

const refusedByBroker: Classifier = (seen, { modelRefused }) =>
  seen.failure !== undefined && (modelRefused === "Budget" || modelRefused === "Turns")
    ? ProcessEnd.OverBudget({ message: wordsOf(seen), complete: false })
    : undefined

const status = (codes: string) => new RegExp(`(?:unexpected status|last status:) (?:${codes})\\b`)

const noEnd: Classifier = (seen) => {
  if (seen.failure !== undefined) return failed("AgentError", seen.failure)
  return seen.completed ? undefined : withoutResult(seen, wordsOf(seen))
}

const rules: ReadonlyArray<Classifier> = [
  ({ otherThread }) => otherThread ? ProcessEnd.SessionUnknown() : undefined,
  ({ stopped }) => stopped === "Silent" ? silent : undefined,
  session,
  (seen) => seen.thread === undefined ? notStarted(seen, wordsOf(seen)) : undefined,
  refusedByBroker,
  inWords(/^quota exceeded|insufficient_quota|billing details/i, noCredit),
  inWords(
    new RegExp(`${status("429").source}|usage limit|rate limit`, "i"),
    (message, { resetAt }) => ProcessEnd.Limited({ message, resetAt: epochSeconds(resetAt) })
  ),
  inWords(status("401|402|403"), (words, { problem }) => noAccess(problem ?? words)),
  inWords(status("404"), (words) => failed("InvalidSpec", `spec.model: ${words}`)),
  inWords(
    new RegExp(
      `${status("5\\d\\d").source}|high demand|stream disconnected|error sending request|connection|timed out|timeout`,
      "i"
    ),
    (message) => ProcessEnd.UpstreamDown({ message })
  ),
  noEnd,
  ({ answered }) => answered ? undefined : notRun
]

const classified = firstOf(rules, (seen) => finished(seen, seen.lastWords))

/** The meaning of a process of Codex that has ended. */
export const classify = (seen: Observation, broker: BrokerView = {}): ProcessEnd => classified(seen, broker)
