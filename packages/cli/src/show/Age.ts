/** How long ago, as kubectl says it: `45s`, `3m20s`, `2d4h`. Pure. */
import { DateTime, Option } from "effect"

const units = [["d", 86_400], ["h", 3600], ["m", 60], ["s", 1]] as const

/** The largest unit, and the next one while there are few of the largest. */
export const spanText = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds))
  const index = units.findIndex(([, size]) => whole >= size)
  const [unit, size] = units[index] ?? ["s", 1]
  const count = Math.floor(whole / size)
  const next = index < 0 ? undefined : units[index + 1]
  const rest = next === undefined || count >= 10 ? 0 : Math.floor((whole % size) / next[1])
  return `${count}${unit}${next === undefined || rest === 0 ? "" : `${rest}${next[0]}`}`
}

export const ageText = (since: string, nowMillis: number): string =>
  Option.match(DateTime.make(since), {
    onNone: () => "<unknown>",
    onSome: (then) => spanText((nowMillis - DateTime.toEpochMillis(then)) / 1000)
  })
