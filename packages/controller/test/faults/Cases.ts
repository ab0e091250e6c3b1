/** The cases of a scenario: every fault of a class at every point where it can happen, pairs, and random mixes. */
import { type Choices, choose } from "@orchestrator/embedded/faults/Choices"
import type { FaultClass, Variant } from "@orchestrator/embedded/faults/Fault"
import { menuOf } from "@orchestrator/embedded/faults/Menu"
import { seeded } from "@orchestrator/embedded/faults/Seeded"
import { editsFrom, type Point } from "@orchestrator/embedded/faults/Simulation"
import type { Calm } from "./Play.ts"
import type { Scenario } from "./Scenario.ts"

export type CaseClass = FaultClass | "random" | "pairs"

export interface Case {
  readonly scenario: string
  readonly class: CaseClass
  readonly choices: Choices
}

/** Default shares of the classes: of 25,000. */
export const shares: Readonly<Record<CaseClass, number>> = {
  crash: 1800,
  request: 6200,
  stale: 1700,
  missed: 1600,
  reorder: 4000,
  watch: 1800,
  clock: 1000,
  leadership: 3600,
  spec: 900,
  random: 2400,
  pairs: 0
}

export const classes = Object.keys(shares).filter((name): name is CaseClass => name in shares)

type Single = readonly [index: number, choice: number]

/**
 * Without a lease there is none to lose. And of two that both act none may stall for seconds between two writes of a round: what then comes
 * too late is what the lease is there for.
 */
const isPossible = ({ controllers, leadership }: Scenario, { class: of, fault: { _tag } }: Variant): boolean => {
  if (leadership === "lease") return true
  const stalls = _tag === "Pause" || _tag === "Slow"
  return controllers.length > 1 ? !stalls && of !== "leadership" : of !== "leadership" || stalls
}

/** What can go wrong at a point, by number. */
const numbersAt = (scenario: Scenario, point: Point, of: FaultClass | "any"): ReadonlyArray<number> => {
  if (of === "spec") return (scenario.edits ?? []).map((_, index) => editsFrom + index)
  const numbers = menuOf(point.kind).flatMap((variant, index) => {
    if (of !== "any" && variant.class !== of) return []
    if (!isPossible(scenario, variant)) return []
    return [index + 1]
  })
  return of === "any" ? [...numbers, ...(scenario.edits ?? []).map((_, index) => editsFrom + index)] : numbers
}

const singles = (scenario: Scenario, { lastPoint, points }: Calm, of: FaultClass, at: string): ReadonlyArray<Single> =>
  points.slice(0, lastPoint).filter(({ label }) => label.includes(at)).flatMap((point) =>
    numbersAt(scenario, point, of).map((number): Single => [point.index, number])
  )

const shuffled = <A>(items: ReadonlyArray<A>, random: () => number): ReadonlyArray<A> => {
  const copy = [...items]
  for (let index = copy.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1))
    const [left, right] = [copy[index], copy[other]]
    if (left !== undefined && right !== undefined) [copy[index], copy[other]] = [right, left]
  }
  return copy
}

/** At most so many of them, spread by the seed; all, where they are no more. */
const sampled = <A>(items: ReadonlyArray<A>, most: number, random: () => number): ReadonlyArray<A> =>
  items.length <= most ? items : shuffled(items, random).slice(0, most)

const drawn = <A>(items: ReadonlyArray<A>, random: () => number): A | undefined =>
  items[Math.floor(random() * items.length)]

/** Faults of any class at a few points; points are counted anew once something goes wrong, so any further number may be met. */
const mixed = (scenario: Scenario, { lastPoint, points }: Calm, faults: number, random: () => number): Choices => {
  const chosen: Array<Single> = []
  for (let count = 0; count < faults; count++) {
    const point = drawn(points.slice(0, lastPoint), random)
    const number = point === undefined ? undefined : drawn(numbersAt(scenario, point, "any"), random)
    if (point !== undefined && number !== undefined) {
      chosen.push([point.index + Math.floor(random() * 3) * count, number])
    }
  }
  return choose(...chosen)
}

export interface Planned {
  readonly cases: ReadonlyArray<Case>
  /** Cases that there are of each class; of `random` and `pairs` there is no end. */
  readonly all: ReadonlyMap<CaseClass, number>
}

export interface PlanOptions {
  readonly measured: ReadonlyArray<{ readonly scenario: Scenario; readonly calm: Calm }>
  readonly wanted: ReadonlyMap<CaseClass, number>
  readonly seed: number
  /** Of one fault only those at points with these words. */
  readonly at?: string | undefined
}

/** What is to be played: of each class as many as wanted, those of fewer scenarios before others only by the seed. */
export const planCases = ({ at = "", measured, seed, wanted }: PlanOptions): Planned => {
  const all = new Map<CaseClass, number>()
  const cases: Array<Case> = []
  for (const [of, most] of wanted) {
    const random = seeded(`${seed} ${of}`)
    if (of === "random" || of === "pairs") {
      for (let count = 0; count < most; count++) {
        const { calm, scenario } = measured[count % measured.length] ?? {}
        if (scenario === undefined || calm === undefined) continue
        const faults = of === "pairs" ? 2 : 2 + Math.floor(random() * 4)
        cases.push({ scenario: scenario.id, class: of, choices: mixed(scenario, calm, faults, random) })
      }
      continue
    }
    const found = measured.flatMap(({ calm, scenario }) =>
      singles(scenario, calm, of, at).map((single) => ({ scenario: scenario.id, single }))
    )
    all.set(of, found.length)
    for (const { scenario, single } of sampled(found, most, random)) {
      cases.push({ scenario, class: of, choices: choose(single) })
    }
  }
  return { cases, all }
}
