/** Which price is a model's. */
import { listPrices } from "./ListPrices.ts"
import type { ModelPrice, Prices } from "./ModelPrice.ts"
import { makeRecent } from "./Recent.ts"

/** A listed name with nothing behind it but a date or a version of its wrapping: what the list does not know has no price, not a guess. */
const isListedAs = (name: string, key: string): boolean =>
  name.startsWith(key) &&
  /^(?:-latest|[-@]\d{8}|-\d{4}-\d\d-\d\d)?(?:-v\d+(?::\d+)?)?(?:\[1m\])?$/.test(name.slice(key.length))

const longestOf = (prices: Prices, isFor: (key: string) => boolean): ModelPrice | undefined => {
  const [key] = Object.keys(prices).filter(isFor).sort((left, right) => right.length - left.length)
  return key === undefined ? undefined : prices[key]
}

/** What is configured for the longest beginning of a model's name. */
export const configuredPriceOf = (model: string, configured: Prices): ModelPrice | undefined =>
  longestOf(configured, (key) => model.startsWith(key))

/** Each end of an attempt asks for the same few. */
const recent = makeRecent<string, ModelPrice | undefined>(64)

const listedPriceOf = (model: string): ModelPrice | undefined =>
  recent(model, (name) => longestOf(listPrices, (key) => isListedAs(name, key)))

/** The price of a model: what is configured, else what is listed. */
export const priceOf = (model: string, configured: Prices): ModelPrice | undefined =>
  configuredPriceOf(model, configured) ?? listedPriceOf(model)
