/** Counts what models answer, as it is answered, and says when the run may ask no more. */
import { addTokens, type BrokerResult, type ModelRefusal, type ModelTokens } from "@orchestrator/domain/BrokerResult"
import { Context, Effect, Layer } from "effect"
import { BrokerConfig, type BrokerSettings } from "../BrokerConfig.ts"
import { Witness } from "../Witness.ts"
import { costOfModels, type Prices } from "./Price.ts"
import type { AnswerUsage } from "./Usage.ts"

/** Takes the totals of one answer, as often as they grow. */
export type Meter = (usage: AnswerUsage) => Effect.Effect<void>

const grown = (usage: AnswerUsage, before: AnswerUsage | undefined): ModelTokens => ({
  answers: before === undefined ? 1 : 0,
  input: Math.max(0, usage.input - (before?.input ?? 0)),
  output: Math.max(0, usage.output - (before?.output ?? 0)),
  cacheRead: Math.max(0, usage.cacheRead - (before?.cacheRead ?? 0)),
  cacheWrite: Math.max(0, usage.cacheWrite - (before?.cacheWrite ?? 0))
})

const longestName = 100

/** The testimony with these tokens added and priced. */
export const charged = (result: BrokerResult, model: string, tokens: ModelTokens, prices: Prices): BrokerResult => {
  const name = model.slice(0, longestName)
  const models = {
    ...result.models,
    [name]: addTokens(Object.hasOwn(result.models, name) ? result.models[name] : undefined, tokens)
  }
  const { complete, costUsd } = costOfModels(prices, models)
  return { ...result, models, ...(costUsd === undefined ? {} : { costUsd }), costComplete: complete }
}

/** Whether what was spent is all there is. */
export const spent = (
  { costUsd = 0, models }: BrokerResult,
  { maxAnswers, maxCostUsd }: Pick<BrokerSettings["model"], "maxAnswers" | "maxCostUsd">
): ModelRefusal | undefined => {
  const answers = Object.values(models).reduce((sum, tokens) => sum + tokens.answers, 0)
  if (maxCostUsd !== undefined && costUsd >= maxCostUsd) return "Budget"
  return maxAnswers !== undefined && answers >= maxAnswers ? "Turns" : undefined
}

export class Spending extends Context.Service<Spending, {
  /** Why the next request is refused; undefined when it may go on. */
  readonly refusal: Effect.Effect<ModelRefusal | undefined>
  /** A meter for one more answer. */
  readonly meter: () => Meter
  /** From now on every request is refused. */
  readonly cancel: Effect.Effect<void>
}>()("@orchestrator/agent/broker/model/Spending") {
  static readonly layer = Layer.effect(
    Spending,
    Effect.gen(function*() {
      const witness = yield* Witness
      const { model } = yield* BrokerConfig
      const refuse = (modelRefused: ModelRefusal) => witness.update((result) => ({ ...result, modelRefused }))
      return Spending.of({
        refusal: Effect.gen(function*() {
          const result = yield* witness.read
          if (result.modelRefused !== undefined) return result.modelRefused
          const reason = spent(result, model)
          if (reason !== undefined) yield* refuse(reason)
          return reason
        }),
        meter: () => {
          let before: AnswerUsage | undefined
          return (usage) =>
            Effect.suspend(() => {
              const tokens = grown(usage, before)
              before = usage
              return witness.update((result) => charged(result, usage.model, tokens, model.prices))
            })
        },
        cancel: refuse("Cancelled")
      })
    })
  )
}
