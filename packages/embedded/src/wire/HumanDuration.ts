/** Ages as kubectl shows them: two units while they matter, one later on. */
import { DateTime, Option } from "effect"

const minute = 60
const hour = 60 * minute
const day = 24 * hour
const year = 365 * day

const two = (seconds: number, unit: number, name: string, small: number, smallName: string): string => {
  const rest = Math.floor((seconds % unit) / small)
  return `${Math.floor(seconds / unit)}${name}${rest === 0 ? "" : `${rest}${smallName}`}`
}

export const humanDuration = (milliseconds: number): string => {
  const seconds = Math.trunc(milliseconds / 1000)
  if (seconds < -1) return "<invalid>"
  if (seconds <= 0) return "0s"
  if (seconds < 2 * minute) return `${seconds}s`
  if (seconds < 10 * minute) return two(seconds, minute, "m", 1, "s")
  if (seconds < 3 * hour) return `${Math.floor(seconds / minute)}m`
  if (seconds < 8 * hour) return two(seconds, hour, "h", minute, "m")
  if (seconds < 2 * day) return `${Math.floor(seconds / hour)}h`
  if (seconds < 8 * day) return two(seconds, day, "d", hour, "h")
  if (seconds < 2 * year) return `${Math.floor(seconds / day)}d`
  return seconds < 8 * year ? two(seconds, year, "y", day, "d") : `${Math.floor(seconds / year)}y`
}

/** Of an RFC 3339 text. */
const millisOf = (time: string | null | undefined): number | undefined =>
  time === undefined || time === null
    ? undefined
    : Option.getOrUndefined(Option.map(DateTime.make(time), DateTime.toEpochMillis))

/** Time since an RFC 3339 text. */
export const ageOf = (time: string | null | undefined, now: number): string => {
  const then = millisOf(time)
  return then === undefined ? "<unknown>" : humanDuration(now - then)
}

/** Time between two RFC 3339 texts, or since the first where there is no second; nothing where there is no first. */
export const spanOf = (from: string | undefined, to: string | undefined, now: number): string => {
  const start = millisOf(from)
  return start === undefined ? "" : humanDuration((millisOf(to) ?? now) - start)
}
