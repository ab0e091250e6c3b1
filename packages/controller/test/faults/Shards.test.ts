/** Shards in one cluster: nobody acts on another's runs, and workspaces, lines and limits are kept across them. */
import { assert, describe, it } from "@effect/vitest"
import { type CaseClass, planCases } from "./Cases.ts"
import { makeRunner, scenarioOf } from "./Runner.ts"
import { shards } from "./scenarios/Shards.ts"

const runner = makeRunner()

describe("without a fault, every invariant holds", () => {
  it.each(shards)("$id $name", (scenario) => {
    const { end } = runner.calmOf(scenario)
    assert.isAbove(end.size, 3)
  })
})

it("some cases of several classes: every invariant holds", { timeout: 300_000 }, () => {
  const measured = ["S27", "S28", "S29", "S30", "S31"].flatMap((id) => scenarioOf(id) ?? [])
    .map((scenario) => ({ scenario, calm: runner.calmOf(scenario) }))
  const wanted = new Map<CaseClass, number>([["crash", 40], ["request", 40], ["missed", 15], ["reorder", 10], [
    "watch",
    10
  ]])
  const { cases } = planCases({ measured, wanted, seed: 1 })
  assert.isAbove(cases.length, 80)
  assert.deepStrictEqual(runner.run(cases).flatMap(({ failure }) => failure ?? []), [])
})
