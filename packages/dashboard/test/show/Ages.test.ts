import { assert, describe, it } from "@effect/vitest"
import { duration } from "@orchestrator/dashboard/show/Ages"

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

describe("durations", () => {
  it.each([
    { given: -5 * second, want: "0s" },
    { given: 59_999, want: "59s" },
    { given: 61 * second, want: "1m" },
    { given: 59 * minute, want: "59m" },
    { given: 3 * hour, want: "3h" },
    { given: 3 * hour + 12 * minute, want: "3h 12m" },
    { given: 11 * hour + 12 * minute, want: "11h" },
    { given: 2 * day + 4 * hour, want: "2d 4h" },
    { given: 40 * day + 4 * hour, want: "40d" }
  ])("of $given ms is $want", ({ given, want }) => assert.strictEqual(duration(given), want))
})
