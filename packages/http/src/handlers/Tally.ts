/** Numbers and cost of runs, counted as they are read. Pure, but for the counters that it is given. */
import type { Phase } from "@orchestrator/domain/Phase"
import { phaseOf } from "@orchestrator/domain/RunView"
import { toMillionth } from "@orchestrator/domain/Usage"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Predicate } from "effect"

export interface Tally {
  readonly runs: Record<Phase | "total", number>
  costUsd: number
  costEstimated?: true
}

const emptyTally = (): Tally => ({
  runs: { total: 0, Pending: 0, Running: 0, Succeeded: 0, Failed: 0, Cancelled: 0 },
  costUsd: 0
})

const isCounted = (tally: Tally, phase: string): phase is Phase => Object.hasOwn(tally.runs, phase)

const count = (tally: Tally, run: CustomObject): void => {
  const phase = phaseOf(run)
  tally.runs.total += 1
  if (isCounted(tally, phase)) tally.runs[phase] += 1
  const usage = run.status?.["usage"]
  const { costEstimated, costUsd } = { costEstimated: undefined, costUsd: undefined, ...Object(usage) }
  if (Predicate.isNumber(costUsd)) tally.costUsd = toMillionth(tally.costUsd + costUsd)
  if (costEstimated === true) tally.costEstimated = true
}

/** Counts runs by a text of their spec; those that have none are not counted. */
export const makeTallies = (field: string) => {
  const tallies = new Map<string, Tally>()
  const tallyOf = (name: string): Tally => {
    const tally = tallies.get(name) ?? emptyTally()
    tallies.set(name, tally)
    return tally
  }
  return {
    tallies,
    tallyOf,
    add: (part: ReadonlyArray<CustomObject>): void => {
      for (const run of part) {
        const name = run.spec[field]
        if (Predicate.isString(name)) count(tallyOf(name), run)
      }
    }
  }
}
