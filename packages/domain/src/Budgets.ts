/**
 * What may be spent in a day or a month, by all runs or those of a GitHub user or a service: as an administrator writes it, and when each time
 * is over. Days and months are those of UTC, as in the report of spending. Pure.
 */
import { DateTime, Schema } from "effect"
import type { FieldProblem } from "./Decode.ts"
import { labelValue } from "./Labels.ts"

const Usd = Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(1_000_000_000))

/** USD. A key that is not there is no budget. */
export const Budgets = Schema.Struct({
  daily: Schema.optionalKey(Usd),
  monthly: Schema.optionalKey(Usd),
  dailyPerGithubUser: Schema.optionalKey(Usd),
  monthlyPerGithubUser: Schema.optionalKey(Usd),
  dailyPerService: Schema.optionalKey(Usd),
  monthlyPerService: Schema.optionalKey(Usd)
})
export type Budgets = typeof Budgets.Type

export type Period = "day" | "month"

export interface Budget {
  readonly name: keyof Budgets
  readonly period: Period
  /** Whose runs it is for, each by itself. */
  readonly per: "everybody" | "githubUser" | "service"
  readonly limitUsd: number
}

const known: ReadonlyArray<Omit<Budget, "limitUsd">> = [
  { name: "daily", period: "day", per: "everybody" },
  { name: "monthly", period: "month", per: "everybody" },
  { name: "dailyPerGithubUser", period: "day", per: "githubUser" },
  { name: "monthlyPerGithubUser", period: "month", per: "githubUser" },
  { name: "dailyPerService", period: "day", per: "service" },
  { name: "monthlyPerService", period: "month", per: "service" }
]

/** Those that are set. */
export const budgetsIn = (budgets: Budgets): ReadonlyArray<Budget> =>
  known.flatMap((budget) => {
    const limitUsd = budgets[budget.name]
    return limitUsd === undefined ? [] : [{ ...budget, limitUsd }]
  })

export const hasBudgets = (budgets: Budgets): boolean => known.some(({ name }) => budgets[name] !== undefined)

/** As which a GitHub user or a service is counted: as labels can say it, and GitHub knows no case. Empty: as nobody. */
export const accountName = (text: string | undefined): string => labelValue(text ?? "").toLowerCase()

/** The day or the month of a time: 2026-01-31, 2026-01. */
export const periodOf = (period: Period, now: DateTime.Utc): string =>
  DateTime.formatIsoDateUtc(now).slice(0, period === "day" ? 10 : 7)

/** When the next one begins. */
export const nextPeriod = (period: Period, now: DateTime.Utc): DateTime.Utc =>
  DateTime.add(DateTime.startOf(now, period), period === "day" ? { days: 1 } : { months: 1 })

interface Costs {
  readonly budgets: Budgets
  readonly limits: { readonly maxCostUsd: number; readonly defaultMaxCostUsd?: number }
  readonly profiles: Readonly<Record<string, { readonly maxCostUsd?: number }>>
}

/** A budget in which not even one run that asks for nothing has room would let nobody start, and nobody would know why; nor one of a profile. */
export const budgetProblems = ({ budgets, limits, profiles }: Costs): ReadonlyArray<FieldProblem> => {
  const key = limits.defaultMaxCostUsd === undefined ? "limits.maxCostUsd" : "limits.defaultMaxCostUsd"
  const usual = limits.defaultMaxCostUsd ?? limits.maxCostUsd
  return budgetsIn(budgets).flatMap(({ limitUsd, name }) => [
    ...(limitUsd >= usual ? [] : [{
      path: `budgets.${name}`,
      expected:
        `at least ${usual}, what a run may cost that does not say it (${key}): set limits.defaultMaxCostUsd to what a run usually needs`,
      found: String(limitUsd)
    }]),
    ...Object.entries(profiles).filter(([, { maxCostUsd = 0 }]) => maxCostUsd > limitUsd).map(([profile, each]) => ({
      path: `profiles.${profile}.maxCostUsd`,
      expected: `at most budgets.${name} (${limitUsd})`,
      found: String(each.maxCostUsd)
    }))
  ])
}
