/**
 * How fast something grows: the straight line through samples by least squares, with the interval that holds its slope with 95 %. Neighbouring
 * samples of a process are alike, so they count for as many independent ones as their residuals' correlation leaves of them. Pure.
 */
export interface Sample {
  readonly seconds: number
  readonly value: number
}

export interface Slope {
  readonly perHour: number
  readonly low: number
  readonly high: number
}

/** Student's t for 95 %, two-sided, by degrees of freedom: the expansion of Cornish and Fisher, 3 % too small for two of them. */
const quantile = (freedom: number): number =>
  freedom < 1 ? Infinity : 1.96 + 2.372 / freedom + 2.823 / freedom ** 2 + 2.556 / freedom ** 3

const sum = (values: ReadonlyArray<number>): number => values.reduce((total, each) => total + each, 0)

export const slopeOf = (samples: ReadonlyArray<Sample>): Slope => {
  const count = samples.length
  const [meanSeconds, meanValue] = [sum(samples.map((each) => each.seconds)), sum(samples.map((each) => each.value))]
    .map((total) => total / count)
  const [at = 0, level = 0] = [meanSeconds, meanValue]
  const spread = sum(samples.map(({ seconds }) => (seconds - at) ** 2))
  const slope = sum(samples.map(({ seconds, value }) => (seconds - at) * (value - level))) / spread
  const residuals = samples.map(({ seconds, value }) => value - level - slope * (seconds - at))
  const squares = sum(residuals.map((each) => each ** 2))
  const products = sum(residuals.slice(1).map((each, index) => each * (residuals[index] ?? 0)))
  const correlation = squares === 0 ? 0 : Math.min(0.99, Math.max(0, products / squares))
  const independent = count * (1 - correlation) / (1 + correlation)
  const error = Math.sqrt(squares / (count - 2) / spread * (count / independent))
  const half = count < 3 ? Infinity : squares === 0 ? 0 : quantile(independent - 2) * error
  const [perHour, halfPerHour] = [slope * 3600, half * 3600]
  return { perHour, low: perHour - halfPerHour, high: perHour + halfPerHour }
}
