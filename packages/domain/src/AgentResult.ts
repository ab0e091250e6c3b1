/**
 * What comes back from a pod, as JSON in termination messages (at most 4,096 bytes each): the runner's report and the proof of
 * delivery. Success needs both. Where no broker runs, the runner carries the proof of the delivery services it called itself.
 */
import { Predicate, Result, Schema } from "effect"
import { type Decoded, type FieldProblem, tolerantDecoder } from "./Decode.ts"
import { printable } from "./Printable.ts"
import { FailureReason } from "./Reason.ts"
import { Branch, Commit, PullRequestUrl, SessionId, Time, Words } from "./Reported.ts"
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
  /** Completed: the agent said it was done. Interrupted: the runner was told to stop; the controller knows why. */
  outcome: Schema.Literals(["Completed", "Failed", "Interrupted"]),
  /** Why it Failed. */
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
  delivery: Schema.optionalKey(Delivery)
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

/** The message that fits: texts are shortened from the end until the JSON has at most the limit's bytes. */
export const formatAgentResult = (result: AgentResult): string => {
  const bytes = (text: string) => new TextEncoder().encode(text).length
  for (const max of [2000, 1000, 500, 200, 80]) {
    const cut = (text: string) => printable(text, { max })
    const text = JSON.stringify({
      ...result,
      message: cut(result.message),
      ...(result.remarks === undefined ? {} : { remarks: cut(result.remarks).slice(0, 1000) }),
      ...(result.resumeProblem === undefined ? {} : { resumeProblem: cut(result.resumeProblem) }),
      ...(result.delivery?.pushRefused === undefined
        ? {}
        : { delivery: { ...result.delivery, pushRefused: cut(result.delivery.pushRefused) } })
    })
    if (bytes(text) <= terminationMessageLimit) return text
  }
  return JSON.stringify({ outcome: result.outcome, ...(result.reason ? { reason: result.reason } : {}), message: "" })
}
