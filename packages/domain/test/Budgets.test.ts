import { assert, describe, it } from "@effect/vitest"
import { DateTime, Result } from "effect"
import { accountName, budgetsIn, nextPeriod, periodOf } from "../src/Budgets.ts"
import { decodeConfig } from "../src/OrchestratorConfig.ts"

const at = DateTime.makeUnsafe

describe("a day or a month of UTC", () => {
  it.each([
    { now: "2026-01-31T23:59:59.999Z", day: "2026-01-31", month: "2026-01", next: "2026-02-01", after: "2026-02-01" },
    { now: "2026-02-01T00:00:00Z", day: "2026-02-01", month: "2026-02", next: "2026-02-02", after: "2026-03-01" },
    { now: "2026-12-31T12:00:00Z", day: "2026-12-31", month: "2026-12", next: "2027-01-01", after: "2027-01-01" },
    { now: "2028-02-28T00:00:00Z", day: "2028-02-28", month: "2028-02", next: "2028-02-29", after: "2028-03-01" }
  ])("of $now", ({ after, day, month, next, now }) => {
    assert.deepStrictEqual([periodOf("day", at(now)), periodOf("month", at(now))], [day, month])
    assert.deepStrictEqual(
      [nextPeriod("day", at(now)), nextPeriod("month", at(now))].map((time) => DateTime.formatIso(time)),
      [`${next}T00:00:00.000Z`, `${after}T00:00:00.000Z`]
    )
  })
})

describe("budgets of a configuration", () => {
  it("are those that are set", () =>
    assert.deepStrictEqual(
      budgetsIn({ monthlyPerService: 7, daily: 5 }).map(({ limitUsd, name }) => [name, limitUsd]),
      [
        ["daily", 5],
        ["monthlyPerService", 7]
      ]
    ))

  it.each([
    { given: { budgets: { daily: 99 } }, path: "budgets.daily" },
    { given: { budgets: { daily: 0 } }, path: "budgets.daily" },
    { given: { budgets: { daily: -5 } }, path: "budgets.daily" },
    { given: { budgets: { daily: Infinity } }, path: "budgets.daily" },
    { given: { budgets: { daily: NaN } }, path: "budgets.daily" },
    { given: { budgets: { weekly: 500 } }, path: "budgets.weekly" },
    { given: { budgets: { daily: "100" } }, path: "budgets.daily" },
    {
      given: { budgets: { monthlyPerService: 9 }, limits: { defaultMaxCostUsd: 10 } },
      path: "budgets.monthlyPerService"
    },
    {
      given: { budgets: { daily: 20 }, limits: { defaultMaxCostUsd: 10 }, profiles: { large: { maxCostUsd: 21 } } },
      path: "profiles.large.maxCostUsd"
    }
  ])("are refused: $given", ({ given, path }) => {
    const decoded = decodeConfig(given)
    const paths = Result.isFailure(decoded) ? decoded.failure.map((problem) => problem.path) : []
    assert.deepStrictEqual([...new Set(paths)], [path])
  })

  it.each([
    {},
    { budgets: {} },
    { budgets: { daily: 100 } },
    { budgets: { daily: 10.5, monthlyPerGithubUser: 300 }, limits: { defaultMaxCostUsd: 10.5 } }
  ])("are taken: $0", (given) => assert.isTrue(Result.isSuccess(decodeConfig(given))))
})

it.each([
  { text: "Ada-L", want: "ada-l" },
  { text: "team/api v2", want: "team-api-v2" },
  { text: undefined, want: "" },
  { text: "-", want: "" },
  { text: "x".repeat(90), want: "x".repeat(63) }
])("$text is counted as $want", ({ text, want }) => assert.strictEqual(accountName(text), want))
