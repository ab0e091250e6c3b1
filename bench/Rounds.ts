/**
 * Rates per second of CPU over rounds, as every command in this folder prints them: the median, with the coefficient of variation, so that
 * a figure from a busy machine says that it is one.
 */
import { Effect } from "effect"

export interface Rate {
  readonly perSecond: number
  /** Standard deviation of the rounds divided by their mean. */
  readonly variation: number
}

/** Runs the body in rounds, each of which does this many operations, after one round to warm up. */
export const measure = Effect.fnUntraced(function*<E, R>(
  body: Effect.Effect<unknown, E, R>,
  { operations, rounds = 7 }: { readonly operations: number; readonly rounds?: number }
) {
  yield* body
  const rates = yield* Effect.replicateEffect(
    Effect.gen(function*() {
      const begin = process.cpuUsage()
      yield* body
      const { system, user } = process.cpuUsage(begin)
      return operations * 1e6 / (system + user)
    }),
    rounds
  )
  return summarize(rates)
})

/** The rate of some rounds. */
export const summarize = (rates: ReadonlyArray<number>): Rate => {
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length
  const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / rates.length
  return {
    perSecond: rates.toSorted((left, right) => left - right)[Math.floor((rates.length - 1) / 2)] ?? 0,
    variation: mean === 0 ? 0 : Math.sqrt(variance) / mean
  }
}

/** `123,456 plans/s (±1.2 %)`, and whether the target was reached. */
export const formatRate = ({ perSecond, variation }: Rate, unit: string, target: number): string => {
  const figure = `${Math.round(perSecond).toLocaleString("en")} ${unit}/s (±${(variation * 100).toFixed(1)} %)`
  return `${figure}, target ${target.toLocaleString("en")}: ${perSecond >= target ? "reached" : "missed"}`
}
