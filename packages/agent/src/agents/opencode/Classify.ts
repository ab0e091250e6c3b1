/**
 * What an observation of opencode means, with what a broker saw beside it. First match wins. It gives the status of an answer as a field;
 * its exit code says nothing that its stream does not.
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
import { isCompleted, type Observation } from "./Observation.ts"
import { type Failure, wordsOf } from "./Stream.ts"

type Classifier = Rule<Observation, BrokerView>

/** A rule for the failure that was its last word. */
const ofFailure =
  (end: (failure: Failure, words: string, broker: BrokerView) => ProcessEnd | undefined): Classifier =>
  ({ failure }, broker) => failure === undefined ? undefined : end(failure, wordsOf(failure), broker)

/** A rule for the status that its model's API has answered. */
const withStatus = (
  holds: (status: number) => boolean,
  end: (words: string, broker: BrokerView) => ProcessEnd | undefined
): Classifier =>
  ofFailure(({ data }, words, broker) =>
    data?.statusCode !== undefined && holds(data.statusCode) ? end(words, broker) : undefined
  )

const limited = (message: string, { resetAt }: BrokerView) =>
  ProcessEnd.Limited({ message, resetAt: epochSeconds(resetAt) })

const rules: ReadonlyArray<Classifier> = [
  ({ otherSession }) => otherSession ? ProcessEnd.SessionUnknown() : undefined,
  ({ stopped }) => stopped === "Silent" ? silent : undefined,
  ({ stopped }, broker) =>
    stopped === "Waiting" ? limited("the agent waits for the end of a limit of the model API", broker) : undefined,
  ({ stopped }) =>
    stopped === "Looping"
      ? ProcessEnd.UpstreamDown({ message: "the model API gives answers that are none" })
      : undefined,
  ({ session, stderr }) =>
    session === undefined && /session not found/i.test(stderr) ? ProcessEnd.SessionUnknown() : undefined,
  (seen) => seen.session === undefined ? notStarted(seen, lastLines(seen.stderr) || "no words") : undefined,
  ofFailure((_, message, { modelRefused }) =>
    modelRefused === "Budget" || modelRefused === "Turns"
      ? ProcessEnd.OverBudget({ message, complete: false })
      : undefined
  ),
  ofFailure(({ name }, words) =>
    name === "ContextOverflowError"
      ? failed("AgentError", `the conversation is longer than the model can read: ${words}`)
      : undefined
  ),
  ofFailure((_, words) => /credit balance|insufficient_quota|billing/i.test(words) ? noCredit(words) : undefined),
  withStatus((status) => status === 429, limited),
  withStatus(
    (status) => status === 400,
    (words, broker) => broker.resetAt === undefined ? undefined : limited(words, broker)
  ),
  withStatus((status) => [401, 402, 403].includes(status), (words, { problem }) => noAccess(problem ?? words)),
  withStatus((status) => status === 404, (words) => failed("InvalidSpec", `spec.model: ${words}`)),
  withStatus((status) => status >= 500, (message) => ProcessEnd.UpstreamDown({ message })),
  ofFailure(({ data, name }, message) =>
    data?.isRetryable === true || (name === "UnknownError" && data?.statusCode === undefined)
      ? ProcessEnd.UpstreamDown({ message })
      : failed("AgentError", message)
  ),
  ({ reason }) =>
    reason === "length" || reason === "content-filter"
      ? failed("AgentError", `the model's answer was cut (${reason})`)
      : undefined,
  (seen) => isCompleted(seen) ? undefined : withoutResult(seen, lastLines(seen.stderr) || "no words"),
  ({ answered }) => answered ? undefined : notRun
]

const classified = firstOf(rules, (seen) => finished(seen, seen.lastWords))

/** The meaning of a process of opencode that has ended. */
export const classify = (seen: Observation, broker: BrokerView = {}): ProcessEnd => classified(seen, broker)
