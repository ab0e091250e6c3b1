/**
 * What comes back from a pod, as JSON in termination messages (at most 4,096 bytes each): the runner's story and the proof of
 * delivery. Success needs both. Where no broker runs, the runner carries the proof of the delivery services it called itself.
 */
import { Result, Schema } from "effect"
import { decoder, type FieldProblem } from "./Decode.ts"
import { FailureReason } from "./Reason.ts"
import { Usage } from "./Usage.ts"

/** What was read back from the remote after the last push. */
export const Delivery = Schema.Struct({
  branch: Schema.String,
  /** Commit at the head of the branch on the remote; absent when the remote has no such branch. */
  headCommit: Schema.optionalKey(Schema.String),
  /** Whether the branch holds commits that its base does not. */
  changed: Schema.Boolean,
  pullRequestUrl: Schema.optionalKey(Schema.String),
  /** The remote's words when it refused a push. */
  pushRefused: Schema.optionalKey(Schema.String),
  /** RFC 3339 time at which the remote was read. */
  verifiedAt: Schema.optionalKey(Schema.String)
})
export type Delivery = typeof Delivery.Type

export const AgentResult = Schema.Struct({
  /** Completed: the agent said it was done. Interrupted: the runner was told to stop; the controller knows why. */
  outcome: Schema.Literals(["Completed", "Failed", "Interrupted"]),
  /** Why it Failed. */
  reason: Schema.optionalKey(FailureReason),
  /** One or two sentences for people. */
  message: Schema.String,
  sessionId: Schema.optionalKey(Schema.String),
  resumed: Schema.optionalKey(Schema.Boolean),
  /** Why a wanted resume was not possible. */
  resumeProblem: Schema.optionalKey(Schema.String),
  usage: Schema.optionalKey(Usage),
  /** RFC 3339 time at which a usage limit ends. */
  resetAt: Schema.optionalKey(Schema.String),
  delivery: Schema.optionalKey(Delivery)
})
export type AgentResult = typeof AgentResult.Type

/** Bytes that Kubernetes keeps of one termination message. */
export const terminationMessageLimit = 4096

const decode = decoder(AgentResult)

/** Reads a termination message. Absent or not JSON is a problem at the root, with what was found. */
export const parseAgentResult = (text: string | undefined): Result.Result<AgentResult, ReadonlyArray<FieldProblem>> => {
  const nothing = text === undefined || text.trim() === ""
  const json = nothing ? Result.fail("nothing") : Result.try({
    try: (): unknown => JSON.parse(text),
    catch: () => `text that is not JSON (${JSON.stringify(text.slice(0, 60))})`
  })
  return Result.isFailure(json)
    ? Result.fail([{ path: "", expected: "the runner's result as JSON", found: json.failure }])
    : decode(json.success)
}

/** The message that fits: texts are shortened from the end until the JSON has at most the limit's bytes. */
export const formatAgentResult = (result: AgentResult): string => {
  const bytes = (text: string) => new TextEncoder().encode(text).length
  for (const max of [2000, 1000, 500, 200, 80]) {
    const cut = (text: string) => text.length > max ? `${text.slice(0, max - 3)}...` : text
    const text = JSON.stringify({
      ...result,
      message: cut(result.message),
      ...(result.resumeProblem === undefined ? {} : { resumeProblem: cut(result.resumeProblem) }),
      ...(result.delivery?.pushRefused === undefined
        ? {}
        : { delivery: { ...result.delivery, pushRefused: cut(result.delivery.pushRefused) } })
    })
    if (bytes(text) <= terminationMessageLimit) return text
  }
  return JSON.stringify({ outcome: result.outcome, ...(result.reason ? { reason: result.reason } : {}), message: "" })
}
