/** Plays cases of any scenario in this thread: what nothing goes wrong comes to is found out once for each. */
import { type Choices, formatChoices } from "@orchestrator/embedded/faults/Choices"
import type { Case } from "./Cases.ts"
import type { Violation } from "./Ledger.ts"
import { type Calm, type Outcome, play } from "./Play.ts"
import type { Scenario } from "./Scenario.ts"
import { scenarios } from "./Scenarios.ts"
import { shrink } from "./Shrink.ts"

export interface Failure {
  readonly scenario: string
  readonly class: string
  /** As it was found, and after it was made smaller. */
  readonly found: string
  readonly choices: string
  readonly violations: ReadonlyArray<Violation>
}

export interface Tally {
  readonly class: string
  readonly scenario: string
  readonly equalled: boolean
  /** Whether its faults took effect: a choice may be of no meaning where it stands. */
  readonly struck: boolean
  readonly failure?: Failure
}

export const scenarioOf = (id: string): Scenario | undefined =>
  scenarios.find((scenario) => scenario.id.toLowerCase() === id.toLowerCase())

/** Plays that a failing case is made smaller by; `npm run fault -- ... --shrink` takes more. */
const mostShrinking = 20

export interface Runner {
  readonly calmOf: (scenario: Scenario) => Calm
  readonly outcomeOf: (scenario: Scenario, choices: Choices) => Outcome
  readonly run: (each: Case) => Tally
}

export const makeRunner = (): Runner => {
  const calms = new Map<Scenario, Calm>()
  const seen = new Map<Scenario, Set<string>>()

  const calmOf = (scenario: Scenario): Calm => {
    const known = calms.get(scenario)
    if (known !== undefined) return known
    const { calm, violations } = play({ scenario, choices: [], calm: undefined, seen: new Set() })
    const [violation] = violations
    if (violation !== undefined) {
      throw new Error(`${scenario.id} fails without a fault: ${violation.invariant}: ${violation.what}`)
    }
    calms.set(scenario, calm)
    return calm
  }
  const outcomeOf = (scenario: Scenario, choices: Choices): Outcome => {
    const states = seen.get(scenario) ?? new Set<string>()
    seen.set(scenario, states)
    return play({ scenario, choices, calm: calmOf(scenario), seen: states })
  }
  /** To the very end each time: nothing is taken for known of a case that fails. */
  const violationsOf = (scenario: Scenario, choices: Choices): ReadonlyArray<Violation> =>
    play({ scenario, choices, calm: calmOf(scenario), seen: new Set(), wholeWay: true }).violations
  const failureOf = (scenario: Scenario, { choices, ...each }: Case, [first]: ReadonlyArray<Violation>): Failure => {
    const smallest = shrink(
      choices,
      (candidate) => violationsOf(scenario, candidate)[0]?.invariant === first?.invariant,
      mostShrinking
    )
    return {
      scenario: each.scenario,
      class: each.class,
      found: formatChoices(choices),
      choices: formatChoices(smallest),
      violations: violationsOf(scenario, smallest)
    }
  }
  return {
    calmOf,
    outcomeOf,
    run: (each) => {
      const scenario = scenarioOf(each.scenario)
      if (scenario === undefined) throw new Error(`expected a scenario, found ${each.scenario}`)
      const { equalled, injected, violations } = outcomeOf(scenario, each.choices)
      return {
        class: each.class,
        scenario: each.scenario,
        equalled,
        struck: injected > 0,
        ...(violations.length === 0 ? {} : { failure: failureOf(scenario, each, violations) })
      }
    }
  }
}
