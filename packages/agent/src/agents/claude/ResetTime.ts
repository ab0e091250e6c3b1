/** When a limit ends, from words for people: `resets 3pm (Europe/Berlin)`, `resets Oct 9 at 5:30pm (UTC)`, `resets at 15:00 (UTC)`. */
import { DateTime, Option } from "effect"

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

const resetWords = new RegExp(
  [
    /\bresets?(?: at| on)?:? /,
    /(?:(?<month>[a-z]{3})[a-z]{0,6}\.? (?<day>\d{1,2}),?(?: at)? )?/,
    /(?<hour>\d{1,2})(?::(?<minute>[0-5]\d))? ?(?<half>[ap]m)?/,
    / \((?<zone>[A-Za-z0-9_+/-]{1,40})\)/
  ].map(({ source }) => source).join(""),
  "i"
)

/** No limit is longer than a week. */
const longestSeconds = 8 * 86_400

const hourOf = (hour: number, half: string | undefined): number | undefined => {
  if (half === undefined) return hour <= 23 ? hour : undefined
  return hour < 1 || hour > 12 ? undefined : (hour % 12) + (half.toLowerCase() === "pm" ? 12 : 0)
}

/**
 * Epoch seconds of the next such time after now, in the zone that the words name; undefined for words that name no time, no zone, or one
 * that is no limit's: the run then waits as for any other failure.
 */
export const resetTime = (words: string, now: DateTime.Utc): number | undefined => {
  const { day, half, hour: said, minute, month, zone } = resetWords.exec(words)?.groups ?? {}
  const hour = hourOf(Number(said), half)
  const timeZone = Option.getOrUndefined(DateTime.zoneMakeNamed(zone ?? ""))
  // A number alone is no time of a day.
  if (hour === undefined || timeZone === undefined || (half === undefined && minute === undefined)) return undefined
  const today = DateTime.toParts(DateTime.setZone(now, timeZone))
  const named = month === undefined ? today.month : months.indexOf(month.toLowerCase()) + 1
  const at = (year: number, days: number) =>
    DateTime.makeZoned(
      { year, month: named, day: Number(day ?? today.day) + days, hour, minute: Number(minute ?? 0), second: 0 },
      { timeZone, adjustForTimeZone: true }
    ).pipe(Option.map((time) => Math.floor(DateTime.toEpochMillis(time) / 1000)), Option.toArray)
  const nowSeconds = DateTime.toEpochMillis(now) / 1000
  const candidates = month === undefined
    ? [...at(today.year, 0), ...at(today.year, 1)]
    : named === 0
    ? []
    : [...at(today.year, 0), ...at(today.year + 1, 0)]
  return candidates.find((time) => time > nowSeconds && time - nowSeconds <= longestSeconds)
}
