/** Money for tokens, by configured prices. */
import type { ModelTokens } from "@orchestrator/domain/BrokerResult"
import type { ModelPrice } from "@orchestrator/domain/OrchestratorConfig"

export type Prices = Readonly<Record<string, ModelPrice>>

/** The price whose key the model's name begins with; the longest counts. */
const priceOf = (prices: Prices, model: string): ModelPrice | undefined => {
  const key = Object.keys(prices).filter((candidate) => model.startsWith(candidate))
    .sort((left, right) => right.length - left.length)[0]
  return key === undefined ? undefined : prices[key]
}

/** Cache writes cost a quarter more than input and reads a tenth, where nothing else is configured: the API's own relation. */
const costOf = (price: ModelPrice, tokens: Omit<ModelTokens, "answers">): number =>
  (tokens.input * price.input + tokens.output * price.output
    + tokens.cacheRead * (price.cacheRead ?? price.input / 10)
    + tokens.cacheWrite * (price.cacheWrite ?? price.input * 1.25)) / 1e6

/** What these tokens cost, and whether every model among them has a price. Rounded to a millionth. */
export const costOfModels = (prices: Prices, models: Readonly<Record<string, ModelTokens>>) => {
  let costUsd = 0
  let complete = true
  let priced = false
  for (const [model, tokens] of Object.entries(models)) {
    const price = priceOf(prices, model)
    if (price === undefined) complete = false
    else {
      priced = true
      costUsd += costOf(price, tokens)
    }
  }
  return { complete, costUsd: priced ? Math.round(costUsd * 1e6) / 1e6 : undefined }
}
