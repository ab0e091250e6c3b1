/** Plays cases of any scenario in this thread: what nothing goes wrong comes to is found out once for each. */
import { type Choices, firstChoice, formatChoices } from "@orchestrator/embedded/faults/Choices"
import type { Case } from "./Cases.ts"
import type { Violation } from "./Ledger.ts"
import { type Calm, type Outcome, play, type Seen } from "./Play.ts"
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
  /** One case in a life of its own. */
  readonly outcomeOf: (scenario: Scenario, choices: Choices) => Outcome
  /** Many cases, as many in one life as go. */
  readonly run: (cases: ReadonlyArray<Case>) => ReadonlyArray<Tally>
}

/** `known`: by scenario, what nothing goes wrong comes to. */
export const makeRunner = (known: ReadonlyMap<string, Calm> = new Map()): Runner => {
  const calms = new Map(known)
  const seen = new Map<Scenario, Map<string, Seen>>()

  const calmOf = (scenario: Scenario): Calm => {
    const known = calms.get(scenario.id)
    if (known !== undefined) return known
    const { calm, violations } = play({ scenario, choices: [], calm: undefined, seen: new Map() })
    const [violation] = violations
    if (violation !== undefined) {
      throw new Error(`${scenario.id} fails without a fault: ${violation.invariant}: ${violation.what}`)
    }
    calms.set(scenario.id, calm)
    return calm
  }
  const seenOf = (scenario: Scenario): Map<string, Seen> => {
    const states = seen.get(scenario) ?? new Map<string, Seen>()
    seen.set(scenario, states)
    return states
  }
  const outcomeOf = (scenario: Scenario, choices: Choices): Outcome =>
    play({ scenario, choices, calm: calmOf(scenario), seen: seenOf(scenario) })

  /** To the very end each time: nothing is taken for known of a case that fails. */
  const violationsOf = (scenario: Scenario, choices: Choices): ReadonlyArray<Violation> =>
    play({ scenario, choices, calm: calmOf(scenario), seen: new Map(), wholeWay: true }).violations

  /** `played`: all that went wrong in its life, which is what fails where the case alone does not. */
  const failureOf = (
    scenario: Scenario,
    { choices, ...each }: Case,
    played: Choices,
    violation: Violation
  ): Failure => {
    const fails = (candidate: Choices) => violationsOf(scenario, candidate)[0]?.invariant === violation.invariant
    const found = fails(choices) ? choices : played
    const smallest = shrink(found, fails, mostShrinking)
    const violations = violationsOf(scenario, smallest)
    return {
      scenario: each.scenario,
      class: each.class,
      found: formatChoices(found),
      choices: formatChoices(smallest),
      // Of many cases together more is allowed than of the last alone.
      violations: violations.length === 0 ? [violation] : violations
    }
  }

  /** In the order of their first points, as many in a life as come back to where it is without faults. */
  const runScenario = (scenario: Scenario, cases: ReadonlyArray<Case>): ReadonlyArray<Tally> => {
    const waiting = cases.toSorted((left, right) => firstChoice(left.choices) - firstChoice(right.choices))
    const tallies: Array<Tally> = []
    for (let first = waiting.shift(); first !== undefined; first = waiting.shift()) {
      let current = first
      let injected: number | undefined
      const close = (equalled: boolean, struck: boolean, failure?: Failure) =>
        tallies.push({
          class: current.class,
          scenario: current.scenario,
          equalled,
          struck,
          ...(failure === undefined ? {} : { failure })
        })
      const outcome = play({
        scenario,
        choices: first.choices,
        calm: calmOf(scenario),
        seen: seenOf(scenario),
        followers: {
          waits: (at) => waiting.some(({ choices }) => firstChoice(choices) >= at),
          take: (at) => {
            const index = waiting.findIndex(({ choices }) => firstChoice(choices) === at)
            const [following] = index < 0 ? [] : waiting.splice(index, 1)
            if (following === undefined) return undefined
            close(true, injected !== 0)
            current = following
            injected = undefined
            return following.choices
          },
          passed: (count) => {
            injected = count
          }
        }
      })
      const [violation] = outcome.violations
      close(
        outcome.equalled,
        (injected ?? outcome.injected) > 0,
        violation && failureOf(scenario, current, outcome.played, violation)
      )
    }
    return tallies
  }

  return {
    calmOf,
    outcomeOf,
    run: (cases) =>
      [...Map.groupBy(cases, ({ scenario }) => scenario)].flatMap(([id, ofScenario]) => {
        const scenario = scenarioOf(id)
        if (scenario === undefined) throw new Error(`expected a scenario, found ${id}`)
        return [...runScenario(scenario, ofScenario)]
      })
  }
}
