import { assert, describe, it } from "@effect/vitest"
import { ageOf, humanDuration, spanOf } from "../../src/wire/HumanDuration.ts"

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000]

describe("humanDuration", () => {
  it.each([
    { given: -5 * second, want: "<invalid>" },
    { given: -1 * second, want: "0s" },
    { given: 0, want: "0s" },
    { given: 119 * second, want: "119s" },
    { given: 2 * minute, want: "2m" },
    { given: 9 * minute + 59 * second, want: "9m59s" },
    { given: 10 * minute + 1 * second, want: "10m" },
    { given: 179 * minute, want: "179m" },
    { given: 3 * hour + 5 * minute, want: "3h5m" },
    { given: 8 * hour + 5 * minute, want: "8h" },
    { given: 47 * hour, want: "47h" },
    { given: 2 * day + 3 * hour, want: "2d3h" },
    { given: 8 * day + 3 * hour, want: "8d" },
    { given: 729 * day, want: "729d" },
    { given: 2 * 365 * day, want: "2y" },
    { given: (2 * 365 + 9) * day, want: "2y9d" },
    { given: 9 * 365 * day, want: "9y" }
  ])("$given ms is $want", ({ given, want }) => {
    assert.strictEqual(humanDuration(given), want)
  })
})

describe("ageOf and spanOf", () => {
  it("count from RFC 3339 texts", () => {
    assert.strictEqual(ageOf("1970-01-01T00:00:10Z", 70 * second), "60s")
    assert.strictEqual(ageOf("1970-01-01T00:00:10.000000Z", 70 * second), "60s")
    assert.strictEqual(ageOf(undefined, 0), "<unknown>")
    assert.strictEqual(ageOf("yesterday", 0), "<unknown>")
    assert.strictEqual(spanOf("1970-01-01T00:00:10Z", "1970-01-01T00:00:15Z", day), "5s")
    assert.strictEqual(spanOf("1970-01-01T00:00:10Z", undefined, 30 * second), "20s")
    assert.strictEqual(spanOf(undefined, undefined, 0), "")
  })
})
