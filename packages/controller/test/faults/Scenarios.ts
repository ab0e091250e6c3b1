/** Every scenario: with one controller, with two replicas that elect one (`L`), with two that both act (`T`). */
import type { Scenario } from "./Scenario.ts"
import { lines } from "./scenarios/Lines.ts"
import { lives } from "./scenarios/Lives.ts"
import { replicas, twins } from "./scenarios/Parts.ts"
import { shards } from "./scenarios/Shards.ts"
import { withEdits } from "./SpecEdits.ts"

const single: ReadonlyArray<Scenario> = [...lives, ...lines]

/** In which two controllers have the most to quarrel about. */
const ofTwo = new Set(["S1", "S2", "S4", "S6", "S9", "S13", "S15", "S17", "S19", "S20"])

const both = single.filter(({ id }) => ofTwo.has(id)).flatMap((scenario): ReadonlyArray<Scenario> => [
  { ...scenario, ...replicas, id: `${scenario.id}L`, name: `${scenario.name}, two replicas` },
  { ...scenario, ...twins, id: `${scenario.id}T`, name: `${scenario.name}, two that both act` }
])

export const scenarios: ReadonlyArray<Scenario> = [...single.map(withEdits), ...both, ...shards]
