/** The cases of a scenario: every fault of a class at every point, and pairs of which the second may be in the attempt after. */
import { type Choices, choose } from "@orchestrator/embedded/faults/Choices"
import { seeded } from "@orchestrator/embedded/faults/Seeded"
import { classOf, type FaultClass, faultClasses, menuOf } from "./Fault.ts"
import type { Point } from "./Points.ts"
import type { Scenario } from "./Scenario.ts"

export type CaseClass = FaultClass | "pairs"

export interface Case {
  readonly scenario: string
  readonly class: CaseClass
  readonly choices: Choices
}

/** Default shares of the classes: of 600. */
export const shares: Readonly<Record<CaseClass, number>> = {
  killed: 290,
  stopped: 45,
  failed: 140,
  hung: 35,
  late: 35,
  pairs: 55
}

export const caseClasses: ReadonlyArray<CaseClass> = [...faultClasses, "pairs"]

export interface Measured {
  readonly scenario: Scenario
  readonly points: ReadonlyArray<Point>
}

type Single = readonly [index: number, choice: number]

/** Where the broker is part of the runner there is no other process. */
const numbersAt = (scenario: Scenario, { kind }: Point, of: FaultClass | "any"): ReadonlyArray<number> =>
  menuOf(kind).flatMap((fault, index) => {
    const isPossible = scenario.credentials === "sidecar" || fault._tag !== "Kill" || fault.who !== "other"
    return isPossible && (of === "any" || classOf(fault) === of) ? [index + 1] : []
  })

const shuffled = <A>(items: ReadonlyArray<A>, random: () => number): ReadonlyArray<A> =>
  items.map((item) => ({ item, at: random() })).sort((left, right) => left.at - right.at).map(({ item }) => item)

const drawn = <A>(items: ReadonlyArray<A>, random: () => number): A | undefined =>
  items[Math.floor(random() * items.length)]

/** Somewhere in the first attempt, and once more in it or in the next. */
const pair = ({ points, scenario }: Measured, random: () => number): Choices => {
  const single = (attempt: number): ReadonlyArray<Single> => {
    const index = Math.floor(random() * points.length)
    const point = points[index]
    const number = point === undefined ? undefined : drawn(numbersAt(scenario, point, "any"), random)
    return number === undefined ? [] : [[attempt * points.length + index, number]]
  }
  return choose(...single(0), ...single(random() < 0.3 ? 0 : 1))
}

export interface Planned {
  readonly cases: ReadonlyArray<Case>
  /** Cases that there are of each class; of pairs there are any number. */
  readonly all: ReadonlyMap<CaseClass, number>
}

/** Of each class as many as wanted, which ones by the seed alone. */
export const planCases = (
  measured: ReadonlyArray<Measured>,
  wanted: ReadonlyMap<CaseClass, number>,
  seed: number
): Planned => {
  const all = new Map<CaseClass, number>()
  const cases: Array<Case> = []
  for (const [of, most] of wanted) {
    const random = seeded(`${seed} ${of}`)
    if (of === "pairs") {
      for (let count = 0; count < most; count++) {
        const one = measured[count % measured.length]
        if (one !== undefined) cases.push({ scenario: one.scenario.id, class: of, choices: pair(one, random) })
      }
      continue
    }
    const found = measured.flatMap(({ points, scenario }) =>
      points.flatMap((point, index) =>
        numbersAt(scenario, point, of).map((number) => ({ scenario: scenario.id, single: [index, number] as const }))
      )
    )
    all.set(of, found.length)
    for (const { scenario, single } of shuffled(found, random).slice(0, most)) {
      cases.push({ scenario, class: of, choices: choose(single) })
    }
  }
  // Whoever stops early has seen something of everything.
  return { cases: shuffled(cases, seeded(`${seed} order`)), all }
}
