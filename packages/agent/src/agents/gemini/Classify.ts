/**
 * What an observation of Gemini CLI means, with what a broker saw beside it. First match wins. Its exit code is the status of an answer cut
 * to a byte, or none: it is not looked at. What its model's API said last is the broker's to tell.
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
import { isCompleted, type Observation, unfitness } from "./Observation.ts"

type Classifier = Rule<Observation, BrokerView>

const wordsOf = ({ failure, stderr, warning }: Observation): string =>
  failure ?? warning ?? (lastLines(stderr) || "no words")

/** A rule for the last answer's status of a run that has not ended well. */
const withStatus = (
  holds: (status: number) => boolean,
  end: (words: string, broker: BrokerView) => ProcessEnd
): Classifier =>
(seen, broker) =>
  !isCompleted(seen) && broker.lastAnswer !== undefined && holds(broker.lastAnswer.status)
    ? end(wordsOf(seen), broker)
    : undefined

const rules: ReadonlyArray<Classifier> = [
  ({ stopped }) => stopped === "Silent" ? silent : undefined,
  ({ session, stderr }) => {
    if (session !== undefined) return undefined
    if (/session ID .* already exists/i.test(stderr)) return ProcessEnd.SessionInUse()
    return /invalid session identifier|no previous sessions|error resuming session/i.test(stderr)
      ? ProcessEnd.SessionUnknown()
      : undefined
  },
  (seen) => seen.session === undefined ? notStarted(seen, wordsOf(seen)) : undefined,
  (seen) => {
    const why = unfitness(seen)
    return why === undefined ? undefined : failed("SetupFailed", why)
  },
  (seen, { modelRefused }) =>
    !isCompleted(seen) && (modelRefused === "Budget" || modelRefused === "Turns")
      ? ProcessEnd.OverBudget({ message: wordsOf(seen), complete: false })
      : undefined,
  (seen) =>
    seen.failure !== undefined && /maximum session turns|FatalTurnLimited/i.test(seen.failure)
      ? ProcessEnd.OverBudget({ message: seen.failure, complete: false })
      : undefined,
  (seen) =>
    seen.failure !== undefined && /billing|insufficient_quota/i.test(seen.failure) ? noCredit(seen.failure) : undefined,
  withStatus(
    (status) => status === 429,
    (message, { resetAt }) => ProcessEnd.Limited({ message, resetAt: epochSeconds(resetAt) })
  ),
  withStatus((status) => [401, 402, 403].includes(status), (words, { problem }) => noAccess(problem ?? words)),
  withStatus((status) => status === 404, (words) => failed("InvalidSpec", `spec.model: ${words}`)),
  withStatus((status) => status >= 500, (message) => ProcessEnd.UpstreamDown({ message })),
  withStatus((status) => status === 400, (words) => failed("AgentError", words)),
  ({ warning }) =>
    warning === undefined ? undefined : failed("AgentError", `the agent was stopped by itself: ${warning}`),
  // The API has answered, and not with an answer.
  (seen) => seen.failure === undefined ? undefined : ProcessEnd.UpstreamDown({ message: seen.failure }),
  (seen) => isCompleted(seen) ? undefined : withoutResult(seen, wordsOf(seen)),
  ({ answered }) => answered ? undefined : notRun,
  // It takes the words before any end for the last ones.
  (_, { lastAnswer }) =>
    lastAnswer?.unfinished === undefined
      ? undefined
      : failed("AgentError", `the model's last answer is not whole: the API ended it with ${lastAnswer.unfinished}`)
]

const classified = firstOf(rules, (seen) => finished(seen, seen.words))

/** The meaning of a process of Gemini CLI that has ended. */
export const classify = (seen: Observation, broker: BrokerView = {}): ProcessEnd => classified(seen, broker)
