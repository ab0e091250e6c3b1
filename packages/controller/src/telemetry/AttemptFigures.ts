/** What an attempt that has ended took and cost, from what its pod left: its broker's figures where it had one, else its runner's. Pure. */
import type { Attempt } from "@orchestrator/domain/Attempt"
import type { BrokerResult } from "@orchestrator/domain/BrokerResult"
import { type Prices, ratesFor } from "@orchestrator/domain/ModelPrice"
import { priceOf } from "@orchestrator/domain/PriceList"
import { DateTime, Option, Result } from "effect"
import type { PodFacts } from "../facts/Pod.ts"

export const tokenTypes = ["input", "output", "cache_read", "cache_write"] as const
type Tokens = Readonly<Record<typeof tokenTypes[number], number>>

export interface ModelFigures {
  readonly model: string
  readonly costUsd: number
  readonly tokens: Tokens
}

export interface AttemptFigures {
  /** From its Job to its agent, of its agent, and from there to its result. */
  readonly startSeconds: number | undefined
  readonly agentSeconds: number | undefined
  readonly deliverySeconds: number | undefined
  readonly costUsd: number
  readonly models: ReadonlyArray<ModelFigures>
  readonly refusedPushes: number
  readonly evidenceBytes: number
  readonly evidenceFailed: boolean
}

/** Undefined where one of both is no time; what clocks that differ make negative is none. */
export const secondsBetween = (from: string | undefined, until: string | undefined): number | undefined => {
  const [began, ended] = [from, until].map((time) => time === undefined ? Option.none() : DateTime.make(time))
  return began === undefined || ended === undefined
    ? undefined
    : Option.getOrUndefined(
      Option.zipWith(
        began,
        ended,
        (left, right) => Math.max(0, DateTime.toEpochMillis(right) - DateTime.toEpochMillis(left)) / 1000
      )
    )
}

type Counted = BrokerResult["models"][string]

const tokensOf = ({ cacheRead, cacheWrite, input, output }: Counted): Tokens => ({
  input,
  output,
  cache_read: cacheRead,
  cache_write: cacheWrite
})

const weightOf = (model: string, tokens: Counted, prices: Prices): number => {
  const price = priceOf(model, prices)
  if (price === undefined) return 0
  const rates = ratesFor(price, 0)
  return tokens.input * rates.input + tokens.output * rates.output + tokens.cacheRead * rates.cacheRead +
    tokens.cacheWrite * rates.cacheWrite
}

/** The cost is one sum: each model has the part of it that its tokens have by price, and all of it is the run's own where none has one. */
const shared = (
  costUsd: number,
  models: BrokerResult["models"],
  own: string,
  prices: Prices
): ReadonlyArray<ModelFigures> => {
  const counted = Object.entries(models).map(([model, tokens]) => ({
    model,
    tokens: tokensOf(tokens),
    weight: weightOf(model, tokens, prices)
  }))
  const total = counted.reduce((sum, { weight }) => sum + weight, 0)
  const unpriced = total === 0 && costUsd > 0 ? [{ model: own, costUsd, tokens: noTokens }] : []
  return [
    ...counted.map(({ model, tokens, weight }) => ({
      model,
      tokens,
      costUsd: total === 0 ? 0 : costUsd * weight / total
    })),
    ...unpriced
  ]
}

const noTokens: Tokens = { input: 0, output: 0, cache_read: 0, cache_write: 0 }

export interface EndedAttempt {
  readonly attempt: Attempt
  readonly pod: PodFacts | undefined
  /** That the run asked for. */
  readonly model: string
  readonly prices: Prices
}

export const attemptFigures = ({ attempt, model, pod, prices }: EndedAttempt): AttemptFigures => {
  const report = pod?.brokerReport === undefined ? undefined : Result.getOrUndefined(pod.brokerReport)
  const { finishedAt, startedAt, usage: { costUsd = 0, inputTokens = 0, outputTokens = 0 } = {} } = attempt
  return {
    startSeconds: secondsBetween(startedAt, pod?.worked?.from),
    agentSeconds: secondsBetween(pod?.worked?.from, pod?.worked?.until),
    deliverySeconds: secondsBetween(pod?.worked?.until, finishedAt),
    costUsd,
    models: report === undefined
      ? [{ model, costUsd, tokens: { ...noTokens, input: inputTokens, output: outputTokens } }]
      : shared(costUsd, report.models, model, prices),
    refusedPushes: report?.refusedPushes ?? 0,
    evidenceBytes: report?.evidenceBytes ?? 0,
    evidenceFailed: report?.evidenceProblem !== undefined
  }
}
