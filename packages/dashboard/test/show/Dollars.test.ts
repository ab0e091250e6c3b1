import { assert, describe, it } from "@effect/vitest"
import { dollars } from "@orchestrator/dashboard/show/Dollars"

describe("dollars", () => {
  it.each([
    { given: 0, want: "$0.00" },
    { given: 0.004_2, want: "$0.0042" },
    { given: 0.000_000_1, want: "$0.00" },
    { given: 0.099_9, want: "$0.10" },
    { given: 1.374, want: "$1.37" },
    { given: 1204.5, want: "$1,204.50" }
  ])("$given are $want", ({ given, want }) => assert.strictEqual(dollars(given), want))
})
