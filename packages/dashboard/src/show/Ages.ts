/** Times as people say them: short, from now. */
import { DateTime, Option } from "effect"

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** `42s`, `5m`, `3h 12m`, `2d 4h`. Of what is younger than a second, and of clocks that differ, `0s`. */
export const duration = (millis: number): string => {
  const past = Math.max(0, millis)
  if (past < minute) return `${Math.floor(past / second)}s`
  if (past < hour) return `${Math.floor(past / minute)}m`
  const [large, small, unit, rest] = past < day ? [hour, minute, "h", "m"] as const : [day, hour, "d", "h"] as const
  const remaining = Math.floor((past % large) / small)
  return remaining === 0 || past >= 10 * large
    ? `${Math.floor(past / large)}${unit}`
    : `${Math.floor(past / large)}${unit} ${remaining}${rest}`
}

/** Milliseconds since the epoch of an RFC 3339 time; undefined of anything else. */
export const millisOf = (at: string | undefined): number | undefined =>
  at === undefined ? undefined : Option.getOrUndefined(Option.map(DateTime.make(at), DateTime.toEpochMillis))
