/** Hours of the week in which no run starts: as an administrator writes them, and whether a time is within. Pure. */
import { DateTime, Option, Schema } from "effect"
import type { FieldProblem } from "./Decode.ts"
import { or } from "./Default.ts"
import { rule } from "./SpecText.ts"
import { TimeZoneName } from "./TimeZoneName.ts"

/** As `DateTime` counts them, from 0. */
const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const

const ClockTime = Schema.String.check(
  rule("a time such as 22:00", (text) => /^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/.test(text))
)

export const QuietHours = Schema.Struct({
  timezone: or(TimeZoneName, "UTC"),
  /** Days on which they begin. */
  days: or(Schema.Array(Schema.Literals(weekdays)), weekdays),
  from: ClockTime,
  /** Of the same day, or of the next one where it is not after `from`. */
  to: ClockTime
})
export type QuietHours = typeof QuietHours.Type

const dayMillis = 86_400_000

/** A clock's time on a day of that zone; one that is skipped when clocks change is the next that there is. */
const timeOn = (day: DateTime.Utc, clock: string, timeZone: DateTime.TimeZone): DateTime.Utc | undefined => {
  const [hour = 0, minute = 0] = clock.split(":").map(Number)
  const { day: date, month, year } = DateTime.toPartsUtc(day)
  return Option.getOrUndefined(Option.map(
    DateTime.makeZoned({ year, month, day: date, hour, minute }, { timeZone, adjustForTimeZone: true }),
    DateTime.toUtc
  ))
}

/** The end of the hours that a time is in; undefined: it is in none. */
const endOf = ({ days, from, timezone, to }: QuietHours, now: DateTime.Utc): DateTime.Utc | undefined => {
  const timeZone = Option.getOrUndefined(DateTime.zoneFromString(timezone))
  if (timeZone === undefined) return undefined
  const { day, month, year } = DateTime.toParts(DateTime.setZone(now, timeZone))
  const today = DateTime.toEpochMillis(DateTime.makeUnsafe({ year, month, day }))
  // Those of yesterday may last until today.
  for (const millis of [today, today - dayMillis]) {
    const date = DateTime.makeUnsafe(millis)
    if (!days.some((name) => name === weekdays[DateTime.toPartsUtc(date).weekDay])) continue
    const begin = timeOn(date, from, timeZone)
    const end = timeOn(to > from ? date : DateTime.makeUnsafe(millis + dayMillis), to, timeZone)
    if (begin === undefined || end === undefined) continue
    if (DateTime.isLessThanOrEqualTo(begin, now) && DateTime.isLessThan(now, end)) return end
  }
  return undefined
}

/** Ends that follow each other without a gap, at most: two a day for a fortnight. */
const mostEnds = 28

/** When runs may start again; undefined: they may now. `never`: these hours have no end. */
export const quietUntil = (all: ReadonlyArray<QuietHours>, now: DateTime.Utc): DateTime.Utc | "never" | undefined => {
  let open = now
  for (let ends = 0; ends < mostEnds; ends += 1) {
    const end = all.map((each) => endOf(each, open)).find((found) => found !== undefined)
    if (end === undefined) return ends === 0 ? undefined : open
    open = end
  }
  return "never"
}

/** Hours after which no others come would leave no time for anything. */
export const quietProblems = (all: ReadonlyArray<QuietHours>): ReadonlyArray<FieldProblem> =>
  quietUntil(all, DateTime.makeUnsafe("2026-01-05T12:00:00Z")) === "never"
    ? [{
      path: "quietHours",
      expected: "some time of the week outside of them (suspend: true stops all)",
      found: "none"
    }]
    : []
