/** What every scenario comes to without a fault, as it was last agreed on. A change that is meant is written by `npm test -- Ending -u`. */
import { expect, it } from "@effect/vitest"
import { endingOf } from "./Ending.ts"
import { makeRunner } from "./Runner.ts"
import { scenarios } from "./Scenarios.ts"

it("every scenario ends as it always did", { timeout: 300_000 }, async () => {
  const { calmOf } = makeRunner()
  const endings = Object.fromEntries(scenarios.map((scenario) => [scenario.id, endingOf(calmOf(scenario))]))
  await expect(`${JSON.stringify(endings, null, 2)}\n`).toMatchFileSnapshot("./Endings.json")
})
