/**
 * What comes back from a pod, as JSON in termination messages (at most 4,096 bytes each): the runner's report and the proof of
 * delivery. Success needs both. The runner tells how its agent ended and what it saw of the work; what that makes of the run is the
 * controller's to say. Where no broker runs, what the runner saw is the proof.
 */
import { Predicate, Result, Schema } from "effect"
import { type Decoded, type FieldProblem, tolerantDecoder } from "./Decode.ts"
import { printable } from "./Printable.ts"
import { FailureReason } from "./Reason.ts"
import { Branch, Commit, PullRequestUrl, SessionId, Time, Words } from "./Reported.ts"
import { bytesOf } from "./TextBytes.ts"
import { Usage } from "./Usage.ts"

/** What was read back from the remote after the last push. */
export const Delivery = Schema.Struct({
  branch: Branch,
  /** Commit at the head of the branch on the remote; absent when the remote has no such branch. */
  headCommit: Schema.optionalKey(Commit),
  /** Whether the branch holds commits that its base does not. */
  changed: Schema.Boolean,
  pullRequestUrl: Schema.optionalKey(PullRequestUrl),
  /** The remote's words when it refused a push. */
  pushRefused: Schema.optionalKey(Words(2000)),
  /** RFC 3339 time at which the remote was read. */
  verifiedAt: Schema.optionalKey(Time)
})
export type Delivery = typeof Delivery.Type

export const AgentResult = Schema.Struct({
  /** Completed: the agent said it was done, whatever became of its work. Interrupted: the runner was told to stop; the controller knows why. */
  outcome: Schema.Literals(["Completed", "Failed", "Interrupted"]),
  /** Why it Failed; of one that is Completed, the limit that it ended at, which is why where its work is not delivered. */
  reason: Schema.optionalKey(FailureReason),
  /** One or two sentences for people. */
  message: Words(2000),
  /** What people must know beside a success: what is not part of the delivery, and an end that was forced. */
  remarks: Schema.optionalKey(Words(1000)),
  sessionId: Schema.optionalKey(SessionId),
  resumed: Schema.optionalKey(Schema.Boolean),
  /** Why a wanted resume was not possible. */
  resumeProblem: Schema.optionalKey(Words(1000)),
  usage: Schema.optionalKey(Usage),
  /** RFC 3339 time at which a usage limit ends. */
  resetAt: Schema.optionalKey(Time),
  /** What the runner saw of the work on the remote. Runners of older versions made a reason of it themselves. */
  delivery: Schema.optionalKey(Delivery),
  /** Why nothing could be offered to the remote: a failure of the runner's own means. */
  problem: Schema.optionalKey(Words(1000)),
  /** Whether the remote's host has an API for pull requests; of work that is done. */
  forgeKnown: Schema.optionalKey(Schema.Boolean),
  /** Why there is no pull request, as far as the runner was told. */
  pullRequestProblem: Schema.optionalKey(Words(1000))
})
export type AgentResult = typeof AgentResult.Type

/** Bytes that Kubernetes keeps of one termination message. */
export const terminationMessageLimit = 4096

/** Reads the JSON object of a termination message. A problem says how much was found and not what; nothing is anybody's prototype. */
export const parseMessage = (what: string, text: string | undefined): Result.Result<object, FieldProblem> => {
  const problem = (found: string) => Result.fail<FieldProblem>({ path: "", expected: `${what} as JSON`, found })
  if (text === undefined || text.trim() === "") return problem("nothing")
  if (text.length > terminationMessageLimit) return problem(`${text.length} characters`)
  const parsed = Result.try((): unknown =>
    JSON.parse(text, (key, value: unknown) => key === "__proto__" ? undefined : value)
  )
  if (Result.isFailure(parsed)) return problem(`${text.length} characters that are not JSON`)
  return Predicate.isObject(parsed.success)
    ? Result.succeed(parsed.success)
    : problem(`${text.length} characters that are no object`)
}

const decode = tolerantDecoder(AgentResult)

/** Reads a termination message, and names what was left out of it. Absent or not JSON is a problem at the root. */
export const decodeAgentResult = (
  text: string | undefined
): Result.Result<Decoded<AgentResult>, ReadonlyArray<FieldProblem>> =>
  Result.flatMap(Result.mapError(parseMessage("the runner's result", text), (problem) => [problem]), decode)

/** The same without what was left out. */
export const parseAgentResult = (
  text: string | undefined
): Result.Result<AgentResult, ReadonlyArray<FieldProblem>> => Result.map(decodeAgentResult(text), ({ value }) => value)

/** The same with other words for people. */
export const mapWords = (result: AgentResult, change: (words: string) => string): AgentResult => {
  const { delivery, message, problem, pullRequestProblem, remarks, resumeProblem } = result
  return {
    ...result,
    message: change(message),
    ...(remarks === undefined ? {} : { remarks: change(remarks) }),
    ...(resumeProblem === undefined ? {} : { resumeProblem: change(resumeProblem) }),
    ...(problem === undefined ? {} : { problem: change(problem) }),
    ...(pullRequestProblem === undefined ? {} : { pullRequestProblem: change(pullRequestProblem) }),
    ...(delivery?.pushRefused === undefined
      ? {}
      : { delivery: { ...delivery, pushRefused: change(delivery.pushRefused) } })
  }
}

/** The message that fits: texts are shortened from the end until the JSON has at most the limit's bytes. */
export const formatAgentResult = (result: AgentResult): string => {
  for (const max of [2000, 1000, 500, 200, 80]) {
    const text = JSON.stringify(mapWords(result, (words) => printable(words, { max })))
    if (bytesOf(text) <= terminationMessageLimit) return text
  }
  return JSON.stringify({ outcome: result.outcome, ...(result.reason ? { reason: result.reason } : {}), message: "" })
}
