/** What a soak tells beside violations: growth, and how soon runs got their Jobs in each part of it. Pure. */
import { percentile, type Reaction } from "./Reactions.ts"
import { type Sample, type Slope, slopeOf } from "./Slope.ts"

export interface Growth {
  readonly what: string
  readonly unit: string
  readonly slope: Slope
  readonly from: number
  readonly to: number
  readonly verdict: "flat within its interval" | "it grows" | "too short to tell"
}

/** Of samples after the warming up. Pools and the heap of a process fill for longer than a few minutes. */
const shortestJudged = 600

const mean = (values: ReadonlyArray<number>): number =>
  values.reduce((sum, each) => sum + each, 0) / Math.max(1, values.length)

const growth = (what: string, unit: string, samples: ReadonlyArray<Sample>, warmSeconds: number): Growth => {
  const warm = samples.filter(({ seconds }) => seconds >= warmSeconds)
  const values = warm.map(({ value }) => value)
  const tenth = Math.ceil(values.length / 10)
  const slope = slopeOf(warm)
  const isLong = (warm.at(-1)?.seconds ?? 0) - (warm[0]?.seconds ?? 0) >= shortestJudged
  return {
    what,
    unit,
    slope,
    verdict: slope.low <= 0 ? "flat within its interval" : isLong ? "it grows" : "too short to tell",
    from: mean(values.slice(0, tenth)),
    to: mean(values.slice(-tenth))
  }
}

export const growthOf = (
  { files, memory }: { readonly memory: ReadonlyArray<Sample>; readonly files: ReadonlyArray<Sample> },
  warmSeconds: number
): ReadonlyArray<Growth> => [
  growth("resident memory of the replica that lived the whole time", "MB", memory, warmSeconds),
  growth("its open descriptors", "descriptors", files, warmSeconds)
]

const growthLine = ({ from, slope: { high, low, perHour }, to, unit, verdict, what }: Growth): string =>
  `${what}: ${from.toFixed(1)} ${unit} after warming up, ${to.toFixed(1)} at the end; ${
    perHour.toFixed(1)
  } ${unit} an hour ` +
  `(95 %: ${low.toFixed(1)} to ${high.toFixed(1)}): ${verdict}`

const partLine = (name: string, reactions: ReadonlyArray<Reaction>): string => {
  const told = (some: ReadonlyArray<Reaction>) => {
    const millis = some.map((each) => each.millis)
    return `${millis.length} runs, p50 ${percentile(millis, 0.5).toFixed(0)} ms, p99 ${
      percentile(millis, 0.99).toFixed(0)
    } ms`
  }
  const calm = reactions.filter(({ disturbed }) => !disturbed)
  return `  ${name}: ${told(reactions)}; away from faults ${told(calm)}`
}

export interface Figures {
  /** Answers of the HTTP API by their status. */
  readonly answers: ReadonlyMap<number, number>
  readonly growth: ReadonlyArray<Growth>
  readonly partSeconds: number
  readonly reactions: ReadonlyArray<Reaction>
  /** Milliseconds since the epoch. */
  readonly started: number
  readonly stormRuns: number
}

export const formatFigures = ({ answers, growth, partSeconds, reactions, started, stormRuns }: Figures): string => {
  const parts = Map.groupBy(reactions, ({ at }) => Math.floor((at - started) / 1000 / partSeconds))
  return [
    "accepted to Job created, of runs that had nothing to wait for:",
    ...[...parts].toSorted(([one], [other]) => one - other).map(([part, own]) =>
      partLine(`from ${((part * partSeconds) / 60).toFixed(1)} min`, own)
    ),
    partLine("all", reactions),
    `answers of the HTTP API: ${
      [...answers].toSorted(([one], [other]) => one - other).map(([status, count]) => `${count} × ${status}`).join(", ")
    }; ${stormRuns} runs made by storms of webhooks`,
    ...growth.map(growthLine)
  ].join("\n")
}
