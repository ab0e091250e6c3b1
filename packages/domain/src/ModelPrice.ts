/**
 * What tokens of a model cost: the list prices that come with the program, and those that the configuration lays over them. Money is
 * counted in whole millionths of a USD, since USD per million tokens times tokens is just that.
 */
import { Schema } from "effect"

const amount = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))

const rates = {
  input: amount,
  output: amount,
  cacheRead: Schema.optionalKey(amount),
  /** Of a cache that lives for five minutes. */
  cacheWrite: Schema.optionalKey(amount),
  /** Of a cache that lives for an hour. */
  cacheWrite1h: Schema.optionalKey(amount)
}

/** USD per million tokens. */
export const ModelPrice = Schema.Struct({
  ...rates,
  /** What every token of a request costs that reads more than so many, caches included. */
  longContext: Schema.optionalKey(Schema.Struct({
    above: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
    ...rates
  }))
})
export type ModelPrice = typeof ModelPrice.Type

export type Prices = Readonly<Record<string, ModelPrice>>

/** All five rates; what is not configured follows from the input's by the API's own relations, and no write is cheaper than reading anew. */
export interface Rates {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly cacheWrite1h: number
}

const ratesOf = ({ cacheRead, cacheWrite, cacheWrite1h, input, output }: Omit<ModelPrice, "longContext">): Rates => {
  const write = cacheWrite ?? input * 1.25
  return {
    input,
    output,
    cacheRead: cacheRead ?? input / 10,
    cacheWrite: write,
    cacheWrite1h: cacheWrite1h ?? Math.max(input * 2, write)
  }
}

/** The rates of a request that reads so many tokens. */
export const ratesFor = (price: ModelPrice, read: number): Rates => {
  const { longContext: long } = price
  return ratesOf(long !== undefined && read > long.above ? long : price)
}

/** The most that a token read and a token written can cost in a request that reads at most so many. */
export const dearest = (price: ModelPrice, read: number): Pick<Rates, "input" | "output"> => {
  const { longContext: long } = price
  const all = [ratesOf(price), ...(long !== undefined && read > long.above ? [ratesOf(long)] : [])]
  return {
    input: Math.max(...all.flatMap((each) => [each.input, each.cacheRead, each.cacheWrite, each.cacheWrite1h])),
    output: Math.max(...all.map(({ output }) => output))
  }
}
