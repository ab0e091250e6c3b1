/** Money for what a request may cost at most, and for what its answer did cost. In millionths of a USD, rounded up. */
import { dearest, type ModelPrice, type Prices, ratesFor } from "@orchestrator/domain/ModelPrice"
import { configuredPriceOf, priceOf } from "@orchestrator/domain/PriceList"
import type { AnswerUsage, Bounds, Tokens } from "./ModelDialect.ts"

const up = (micros: number): number => Math.ceil(micros - 1e-6)

/** The most that a request can cost. */
export const worstCase = (price: ModelPrice, { inputTokens, outputTokens, surcharge }: Bounds): number => {
  const { input, output } = dearest(price, inputTokens)
  return up((inputTokens * input + outputTokens * output) * surcharge)
}

const tokensCost = (price: ModelPrice, tokens: Tokens, hourCache: boolean): number => {
  const { cacheRead, cacheWrite, input, output } = tokens
  const rates = ratesFor(price, input + cacheRead + cacheWrite)
  const hour = Math.min(cacheWrite, tokens.cacheWrite1h ?? (hourCache ? cacheWrite : 0))
  return input * rates.input + output * rates.output + cacheRead * rates.cacheRead
    + hour * rates.cacheWrite1h + (cacheWrite - hour) * rates.cacheWrite
}

/** Prices of everybody's, and those of whoever serves a request. */
export interface KnownPrices {
  readonly prices: Prices
  readonly own: Prices
}

/** What a model costs that is asked for by this name. */
export const askedPriceOf = (model: string, { own, prices }: KnownPrices): ModelPrice | undefined =>
  configuredPriceOf(model, own) ?? priceOf(model, prices)

/** What an answer cost; undefined where a model that worked on it has no price. */
export const costOf = (
  known: KnownPrices,
  requested: string,
  usage: AnswerUsage,
  { hourCache }: Pick<Bounds, "hourCache">
): number | undefined => {
  let priced = true
  // A provider calls the model that was asked for by a name of its own.
  const asked = configuredPriceOf(requested, known.own)
  const cost = (tokens: Tokens): number => {
    const name = tokens.model ?? usage.model
    const price = configuredPriceOf(name, known.own) ?? (tokens.model === undefined ? asked : undefined) ??
      priceOf(name, known.prices) ?? askedPriceOf(requested, known)
    if (price === undefined) priced = false
    return price === undefined ? 0 : tokensCost(price, tokens, hourCache)
  }
  const iterations = usage.iterations.reduce((total, each) => total + cost(each), 0)
  const micros = Math.max(cost(usage), iterations) * usage.factor
  return priced ? up(micros + usage.besideMicros) : undefined
}
