/** Times to choose from, for what was created after them. */
import { Clock, DateTime, Effect } from "effect"

const hour = 3_600_000

const spans = [
  [hour, "In the last hour"],
  [24 * hour, "In the last 24 hours"],
  [7 * 24 * hour, "In the last 7 days"]
] as const

/** RFC 3339, to the minute: the address is the same for a while. */
const before = (millis: number, now: number): string =>
  DateTime.formatIso(DateTime.makeUnsafe(Math.floor((now - millis) / 60_000) * 60_000))

export const ago = (): ReadonlyArray<readonly [value: string, name: string]> => {
  const now = Effect.runSync(Clock.currentTimeMillis)
  return spans.map(([millis, name]) => [before(millis, now), name] as const)
}
