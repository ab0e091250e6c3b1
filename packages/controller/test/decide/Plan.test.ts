import { assert, describe, it } from "@effect/vitest"
import { outcomeOf } from "../fixtures/PlanCase.ts"
import { casesByRule } from "../fixtures/PlanCases.ts"

describe.each(Object.entries(casesByRule))("%s", (_, cases) => {
  it.each(cases)("$name", ({ given, want }) => assert.deepStrictEqual(outcomeOf(given, want), want))
})
