/**
 * The broker's report, as its container's termination message: what was read back from the remote and from the forge, and what the
 * models were asked. It is written after every change, so what is there is the truth so far, whenever the container ends.
 */
import { Result, Schema, Struct } from "effect"
import { Delivery, parseMessage, terminationMessageLimit } from "./AgentResult.ts"
import { type Decoded, type FieldProblem, tolerantDecoder } from "./Decode.ts"
import { printable } from "./Printable.ts"
import { Cost, Count, Time, Words } from "./Reported.ts"
import { bytesOf } from "./TextBytes.ts"

/** Tokens of one model, as its API counted them. */
export const ModelTokens = Schema.Struct({
  /** Answers of this model. */
  answers: Count,
  /** Neither read from nor written to a cache. */
  input: Count,
  output: Count,
  cacheRead: Count,
  cacheWrite: Count
})
export type ModelTokens = typeof ModelTokens.Type

/** Why the broker answers no more model requests. */
export const ModelRefusal = Schema.Literals(["Budget", "Turns", "Cancelled"])
export type ModelRefusal = typeof ModelRefusal.Type

/** A credential that the run has no Secret for. */
const MissingCredential = Schema.Literals(["ModelKey", "GitAccess"])

/** A provider of models that was overloaded, or could not be asked, and who was asked instead. */
const Failover = Schema.Struct({
  provider: Words(63),
  instead: Words(63),
  /** Of the newest request, such as `answers 529`. */
  why: Words(60),
  requests: Count
})
export type Failover = typeof Failover.Type

/** More are not told. */
export const mostFailovers = 3

export const BrokerResult = Schema.Struct({
  /** Absent until the branch was read for the first time. The pull request in it was read back from the forge. */
  delivery: Schema.optionalKey(Delivery),
  /** Whether the remote's host has an API for pull requests. Without one a branch is all that can be delivered. */
  forgeKnown: Schema.Boolean,
  /** Why there is no pull request, where one was wanted. */
  pullRequestProblem: Schema.optionalKey(Words(1000)),
  /** RFC 3339 time at which the pull request was read back. */
  pullRequestVerifiedAt: Schema.optionalKey(Time),
  /** By model; where there are too many for the message, the smallest are summed as `other`. */
  models: Schema.Record(Words(200), ModelTokens),
  /** Turns: answers of the run's own model to requests with tools, and never fewer than all answers let through stand for. */
  turns: Schema.optionalKey(Count),
  /** USD: what the API reported, by price, and `reservedUsd`. */
  costUsd: Schema.optionalKey(Cost),
  /** Of it, what is reserved for requests whose end was not seen, or not yet: the most that they may cost. */
  reservedUsd: Schema.optionalKey(Cost),
  /** Whether every model that was asked had a price. */
  costComplete: Schema.Boolean,
  modelRefused: Schema.optionalKey(ModelRefusal),
  /** Models that were asked for and that this run may not use; the first few. */
  refusedModels: Schema.optionalKey(Schema.Array(Words(100))),
  /** RFC 3339 time of the newest answer of the API that spoke of a usage limit. */
  limitedAt: Schema.optionalKey(Time),
  /** RFC 3339 time at which a usage limit ends; absent when the last answer was none that spoke of a limit. */
  resetAt: Schema.optionalKey(Time),
  /** Providers that others stood in for. */
  failovers: Schema.optionalKey(Schema.Array(Failover)),
  /** Why the evidence of the attempt was not kept, where it was to be. */
  evidenceProblem: Schema.optionalKey(Words(300)),
  /** Bytes of the evidence that was put where it stays. */
  evidenceBytes: Schema.optionalKey(Count),
  /** Pushes that were refused, by the broker or by the remote. */
  refusedPushes: Schema.optionalKey(Count),
  /** What keeps the broker itself from its work: a missing key, a repository that cannot be read. */
  problem: Schema.optionalKey(Words(1000)),
  /** What `problem` comes from, where a Secret or a key of one is missing. */
  missing: Schema.optionalKey(MissingCredential)
})
export type BrokerResult = typeof BrokerResult.Type

/** Nothing happened yet. */
export const emptyBrokerResult: BrokerResult = { forgeKnown: false, models: {}, costComplete: true }

const decode = tolerantDecoder(BrokerResult)

/** Reads a termination message, and names what was left out of it. Absent or not JSON is a problem at the root. */
export const decodeBrokerResult = (
  text: string | undefined
): Result.Result<Decoded<BrokerResult>, ReadonlyArray<FieldProblem>> =>
  Result.flatMap(Result.mapError(parseMessage("the broker's result", text), (problem) => [problem]), decode)

/** The same without what was left out. */
export const parseBrokerResult = (
  text: string | undefined
): Result.Result<BrokerResult, ReadonlyArray<FieldProblem>> =>
  Result.map(decodeBrokerResult(text), ({ value }) => value)

const noTokens: ModelTokens = { answers: 0, input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }

export const addTokens = (left: ModelTokens | undefined, right: ModelTokens): ModelTokens => {
  const { answers, cacheRead, cacheWrite, input, output } = left ?? noTokens
  return {
    answers: answers + right.answers,
    input: input + right.input,
    output: output + right.output,
    cacheRead: cacheRead + right.cacheRead,
    cacheWrite: cacheWrite + right.cacheWrite
  }
}

const total = ({ cacheRead, cacheWrite, input, output }: ModelTokens) => cacheRead + cacheWrite + input + output

/** At most so many models, by tokens; the rest is summed. */
const largest = (models: BrokerResult["models"], max: number): BrokerResult["models"] => {
  const entries = Object.entries(models).sort(([, left], [, right]) => total(right) - total(left))
  if (entries.length <= max) return models
  const other = entries.slice(max).reduce<ModelTokens>((sum, [, tokens]) => addTokens(sum, tokens), noTokens)
  return { ...Object.fromEntries(entries.slice(0, max)), other: addTokens(models["other"], other) }
}

/** The message that fits: texts are shortened from the end, then small models are summed. */
export const formatBrokerResult = (result: BrokerResult): string => {
  let text = ""
  for (const [max, models] of [[1000, 12], [400, 8], [120, 4], [0, 1]] as const) {
    const cut = (key: "pullRequestProblem" | "problem" | "evidenceProblem") =>
      result[key] === undefined ? {} : { [key]: printable(result[key], { max }) }
    const { delivery } = result
    text = JSON.stringify({
      ...result,
      ...(delivery?.pushRefused === undefined
        ? {}
        : { delivery: { ...delivery, pushRefused: printable(delivery.pushRefused, { max }) } }),
      ...cut("pullRequestProblem"),
      ...cut("problem"),
      ...cut("evidenceProblem"),
      models: largest(result.models, models)
    })
    if (bytesOf(text) <= terminationMessageLimit) return text
  }
  // Whatever else is too long: what was spent stays.
  return JSON.stringify({
    ...emptyBrokerResult,
    ...Struct.pick(result, ["forgeKnown", "turns", "costUsd", "reservedUsd", "modelRefused", "limitedAt"]),
    costComplete: false
  })
}
