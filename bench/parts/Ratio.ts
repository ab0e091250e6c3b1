/**
 * Two arms compared round by round: the geometric mean of the rounds' ratios with its 95 % confidence interval, and whether a target was
 * reached, missed, or cannot be told because the noise is larger than the difference.
 */
import { Console, Effect } from "effect"

export interface Ratio {
  readonly mean: number
  readonly low: number
  readonly high: number
  /** Standard deviation of the rounds' ratios divided by their mean. */
  readonly variation: number
  readonly rounds: number
}

const quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179]

/** Student's t for 95 %, two-sided, by degrees of freedom from 1. */
export const quantileOf = (freedom: number): number => freedom < 1 ? Infinity : quantiles[freedom - 1] ?? 2

const meanOf = (values: ReadonlyArray<number>): number => values.reduce((sum, each) => sum + each, 0) / values.length

/** With one less in the denominator: rounds are a sample. */
const deviationOf = (values: ReadonlyArray<number>): number => {
  const mean = meanOf(values)
  return Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / Math.max(1, values.length - 1))
}

/** Pairs of (ours, theirs), one of each round. */
export const ratioOf = (pairs: ReadonlyArray<readonly [ours: number, theirs: number]>): Ratio => {
  const ratios = pairs.map(([ours, theirs]) => ours / theirs)
  const logs = ratios.map(Math.log)
  const mean = meanOf(logs)
  const half = pairs.length < 2
    ? Infinity
    : quantileOf(pairs.length - 1) * deviationOf(logs) / Math.sqrt(pairs.length)
  return {
    mean: Math.exp(mean),
    low: Math.exp(mean - half),
    high: Math.exp(mean + half),
    variation: deviationOf(ratios) / meanOf(ratios),
    rounds: pairs.length
  }
}

export interface Target {
  readonly limit: number
  /** Whether larger is better. */
  readonly atLeast?: boolean
}

const verdictOf = ({ high, low }: Ratio, { atLeast = false, limit }: Target): string => {
  const [best, worst] = atLeast ? [high, low] : [low, high]
  const beyond = (value: number) => atLeast ? value >= limit : value <= limit
  if (beyond(worst)) return "reached"
  return beyond(best) ? "cannot tell: the noise is larger than the difference" : "missed"
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

/** `CPU per run: 1.21 × the watching loop (95 % of 1.15 to 1.27, ±3.1 % over 5 rounds), target ≤ 1.3: reached` */
export const formatRatio = (what: string, than: string, ratio: Ratio, target: Target): string => {
  const [sign, { high, low, mean, rounds, variation }] = [target.atLeast === true ? "≥" : "≤", ratio]
  const spread = Number.isFinite(high) ? `95 %: ${low.toFixed(2)} to ${high.toFixed(2)}, ` : ""
  return `${what}: ${mean.toFixed(2)} × ${than} (${spread}±${percent(variation)} over ${rounds} rounds), ` +
    `target ${sign} ${Number(target.limit.toFixed(2))}: ${verdictOf(ratio, target)}`
}

export const percentile = (values: ReadonlyArray<number>, share: number): number => {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0
}

/**
 * Rounds of several arms in an order that turns round, so that none is always the first on a warm machine. Answers with what was measured of
 * each arm, round by round.
 */
export const measured = Effect.fnUntraced(function*<Arm, A, E, R>(
  arms: ReadonlyArray<Arm>,
  rounds: number,
  measure: (arm: Arm) => Effect.Effect<A, E, R>
) {
  const found: Array<ReadonlyMap<Arm, A>> = []
  for (let index = 0; index < rounds; index++) {
    yield* Console.log(`round ${index + 1} of ${rounds}`)
    const first = index % arms.length
    const order = [...arms.slice(first), ...arms.slice(0, first)]
    found.push(
      new Map(yield* Effect.forEach(order, (arm) => Effect.map(measure(arm), (value) => [arm, value] as const)))
    )
  }
  return found
})

/** The pairs (ours, theirs) of two arms that were measured. */
export const pairsOf = <Arm, A>(
  found: ReadonlyArray<ReadonlyMap<Arm, A>>,
  ours: Arm,
  theirs: Arm
): ReadonlyArray<readonly [ours: A, theirs: A]> =>
  found.flatMap((round) => {
    const [own, other] = [round.get(ours), round.get(theirs)]
    return own === undefined || other === undefined ? [] : [[own, other] as const]
  })

/** Rounds of two arms, ours the second. */
export const compared = <Arm, A, E, R>(
  [theirs, ours]: readonly [theirs: Arm, ours: Arm],
  rounds: number,
  measure: (arm: Arm) => Effect.Effect<A, E, R>
) => Effect.map(measured([theirs, ours], rounds, measure), (found) => pairsOf(found, ours, theirs))
