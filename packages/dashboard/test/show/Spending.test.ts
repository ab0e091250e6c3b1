import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import { amount, daysIn, everyDay, kindOf, percent, sinceOf } from "../../src/show/Spending.ts"

const used = { costEstimated: false, inputTokens: 0, outputTokens: 0, turns: 0 }

describe("the days of the chart", () => {
  it("are all of them, over the end of a month", () =>
    assert.deepStrictEqual(
      everyDay({
        since: "2026-02-27",
        until: "2026-03-02",
        days: [{ ...used, name: "2026-03-01", costUsd: 2, runs: 1 }]
      }).map(({ costUsd, day, runs, seconds }) => [day, costUsd, runs, seconds]),
      [
        ["2026-02-27", 0, 0, 1_772_150_400],
        ["2026-02-28", 0, 0, 1_772_236_800],
        ["2026-03-01", 2, 1, 1_772_323_200],
        ["2026-03-02", 0, 0, 1_772_409_600]
      ]
    ))

  it("are bounded, whatever a server answers", () =>
    assert.isAtMost(everyDay({ since: "1000-01-01", until: "9999-01-01", days: [] }).length, 4000))
})

it("a range has its days with today", () =>
  assert.strictEqual(sinceOf(7, DateTime.makeUnsafe("2026-01-03T23:59:59Z")), "2025-12-28"))

it("an address that names no range means 30 days", () =>
  assert.deepStrictEqual([daysIn("7"), daysIn("8"), daysIn(undefined), daysIn("__proto__")], [7, 30, 30, 30]))

it("parts of nothing are not told", () =>
  assert.deepStrictEqual([percent(1, 4), percent(5, 4), percent(1, 0)], ["25 %", "100 %", ""]))

it("large amounts are in millions", () => assert.deepStrictEqual([amount(1204), amount(3_420_000)], ["1,204", "3.4 M"]))

it("kinds that the page does not know lead nowhere", () =>
  assert.deepStrictEqual([kindOf("CodeRun"), kindOf("TestRun")], ["CodeRun", undefined]))
