/** Plays cases in this thread. */
import { formatChoices } from "@orchestrator/embedded/faults/Choices"
import type { Case } from "./Cases.ts"
import type { Violation } from "./Judgement.ts"
import type { Player } from "./Play.ts"
import { scenarioOf } from "./Scenario.ts"

export interface Failure {
  readonly scenario: string
  readonly class: string
  readonly choices: string
  /** What went wrong at which points. */
  readonly points: ReadonlyArray<string>
  readonly reasons: ReadonlyArray<string>
  readonly violations: ReadonlyArray<Violation>
}

export interface Tally {
  readonly class: string
  readonly scenario: string
  /** Whether its faults took effect. */
  readonly struck: boolean
  readonly attempts: number
  readonly failure?: Failure
}

export const runCase = async (player: Player, { choices, class: of, scenario: id }: Case): Promise<Tally> => {
  const scenario = scenarioOf(id)
  if (scenario === undefined) throw new Error(`expected a scenario, found ${id}`)
  const points: Array<string> = []
  const { reasons, struck, violations } = await player.play(scenario, choices, (line) => {
    if (line.includes("   <- ")) points.push(line.trim())
  })
  return {
    class: of,
    scenario: id,
    struck: struck > 0,
    attempts: reasons.length,
    ...(violations.length === 0 ? {} : {
      failure: { scenario: id, class: of, choices: formatChoices(choices), points, reasons, violations }
    })
  }
}
