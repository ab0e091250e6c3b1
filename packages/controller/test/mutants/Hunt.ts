/** Plays the cases that have to notice a mutant, until one does. Imported once the mutant is in its place. */
import { type Choices, formatChoices, parseChoices } from "@orchestrator/embedded/faults/Choices"
import { seeded } from "@orchestrator/embedded/faults/Seeded"
import { planCases } from "../faults/Cases.ts"
import { endingOf } from "../faults/Ending.ts"
import endings from "../faults/Endings.json" with { type: "json" }
import { play } from "../faults/Play.ts"
import { makeRunner, type Runner, scenarioOf } from "../faults/Runner.ts"
import type { Scenario } from "../faults/Scenario.ts"
import { stepsOf } from "../faults/Steps.ts"
import type { ByCases, Oracle } from "./Mutant.ts"

export interface Catch {
  readonly scenario: string
  /** Empty: nothing else went wrong. */
  readonly choices: string
  readonly invariant: Oracle
  readonly what: string
  /** What happens in it, a line for each step. */
  readonly steps: ReadonlyArray<string>
  /** The log line that tells of a bug. */
  readonly bug: string | undefined
}

/** Of a class, at most. */
const most = 100

/** What the program says of a bug in it: such a mutant is not wrong but broken, and whoever notices has proven nothing. */
const broken = /reconcile crashed|died, and is started again|could not be followed/

const known = (id: string): Scenario => {
  const scenario = scenarioOf(id)
  if (scenario === undefined) throw new Error(`expected a scenario, found ${id}`)
  return scenario
}

type Noticed = Pick<Catch, "invariant" | "what">

const agreed: Readonly<Record<string, string>> = endings

/** Without a fault there is nothing to compare with but what was agreed on. */
const calmProblem = (scenario: Scenario): Noticed | undefined => {
  const { calm, violations } = play({ scenario, choices: [], calm: undefined, seen: new Map() })
  if (violations[0] !== undefined) return violations[0]
  const ending = endingOf(calm)
  return ending === agreed[scenario.id] ? undefined : { invariant: "end", what: ending }
}

const noticedIn = (runner: Runner, scenario: Scenario, choices: Choices): Noticed | undefined =>
  choices.length === 0 ? calmProblem(scenario) : runner.outcomeOf(scenario, choices).violations[0]

/** In another order, the same every time: what is noticed at many points is met soon. */
const spread = <A>(items: ReadonlyArray<A>): ReadonlyArray<A> => {
  const random = seeded("mutants")
  return items.map((item) => ({ item, at: random() })).sort((left, right) => left.at - right.at).map(({ item }) => item)
}

/** Cases that notice, one after the other. */
export function* hunt({ at, classes, scenarios }: ByCases): Generator<Catch, undefined> {
  const runner = makeRunner()
  const caught = function*(scenario: Scenario, choices: Choices): Generator<Catch> {
    const noticed = noticedIn(runner, scenario, choices)
    if (noticed === undefined) return
    const steps = stepsOf(scenario, choices)
    const bug = steps.find((step) => broken.test(step))
    yield { scenario: scenario.id, choices: formatChoices(choices), ...noticed, steps, bug }
  }
  const chosen = scenarios.map(known)
  for (const scenario of chosen) yield* caught(scenario, [])
  const measured = chosen.map((scenario) => ({ scenario, calm: runner.calmOf(scenario) }))
  const { cases } = planCases({ at, measured, wanted: new Map(classes.map((name) => [name, most])), seed: 1 })
  for (const { choices, scenario } of spread(cases)) yield* caught(known(scenario), choices)
}

/** What is noticed of the same case in this thread. */
export const again = (runner: Runner, { choices, scenario }: Catch): string | undefined => {
  const noticed = noticedIn(runner, known(scenario), parseChoices(choices) ?? [])
  return noticed && `${noticed.invariant}: ${noticed.what}`
}
