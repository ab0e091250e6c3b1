/** Figures of the Spend view. */
import type { SpendingReport } from "@orchestrator/client/promises/Orchestrator"
import { isKindName, type KindName } from "@orchestrator/domain/kinds/RunKinds"
import { DateTime } from "effect"
import { figure } from "./Figures.ts"

export const ranges = [
  { value: "7", name: "7 days" },
  { value: "30", name: "30 days" },
  { value: "90", name: "90 days" },
  { value: "365", name: "A year" }
] as const

/** Days of the address; what it does not know are 30. */
export const daysIn = (text: string | undefined): number =>
  Number(ranges.find(({ value }) => value === text)?.value ?? 30)

const dayOf = (time: DateTime.Utc): string => DateTime.formatIsoDateUtc(time)

/** First day of so many that end now. */
export const sinceOf = (days: number, now: DateTime.Utc): string => dayOf(DateTime.subtract(now, { days: days - 1 }))

export interface DaySum {
  readonly day: string
  /** Seconds since the epoch at its begin in UTC. */
  readonly seconds: number
  readonly costUsd: number
  readonly runs: number
}

const longest = 3660

/** Every day from the first to the last, also those on which nothing was used. */
export const everyDay = (
  { days, since, until }: Pick<SpendingReport, "days" | "since" | "until">
): ReadonlyArray<DaySum> => {
  const known = new Map(days.map((day) => [day.name, day]))
  const sums: Array<DaySum> = []
  let time = DateTime.makeUnsafe(`${since}T00:00:00Z`)
  for (let day = since; day <= until && sums.length < longest; day = dayOf(time)) {
    const { costUsd = 0, runs = 0 } = known.get(day) ?? {}
    sums.push({ day, seconds: DateTime.toEpochMillis(time) / 1000, costUsd, runs })
    time = DateTime.add(time, { days: 1 })
  }
  return sums
}

/** `37 %`; of nothing, nothing. */
export const percent = (part: number, whole: number): string =>
  whole <= 0 ? "" : `${Math.round(Math.min(1, part / whole) * 100)} %`

/** `1,204`, `3.4 M`. */
export const amount = (value: number): string =>
  value < 100_000
    ? figure(value)
    : `${(value / 1e6).toLocaleString("en-US", { maximumFractionDigits: 1 })} M`

/** Of a kind's name as the server tells it; undefined of one that this page does not know. */
export const kindOf = (kind: string): KindName | undefined => isKindName(kind) ? kind : undefined
