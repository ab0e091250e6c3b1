import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import { type QuietHours, quietProblems, quietUntil } from "../src/QuietHours.ts"

const every: QuietHours["days"] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
const night: QuietHours = { timezone: "Europe/Berlin", days: every, from: "22:00", to: "06:00" }

const until = (hours: ReadonlyArray<QuietHours>, now: string) => {
  const found = quietUntil(hours, DateTime.makeUnsafe(now))
  return found === undefined || found === "never" ? found : DateTime.formatIso(found)
}

describe("quiet hours", () => {
  it.each<{ name: string; hours: ReadonlyArray<QuietHours>; now: string; want: string | undefined }>([
    { name: "none", hours: [], now: "2026-03-04T23:00:00Z", want: undefined },
    { name: "before they begin", hours: [night], now: "2026-03-04T20:59:59Z", want: undefined },
    { name: "when they begin", hours: [night], now: "2026-03-04T21:00:00Z", want: "2026-03-05T05:00:00.000Z" },
    { name: "after midnight", hours: [night], now: "2026-03-05T04:59:59Z", want: "2026-03-05T05:00:00.000Z" },
    { name: "when they are over", hours: [night], now: "2026-03-05T05:00:00Z", want: undefined },
    { name: "in summer", hours: [night], now: "2026-07-04T20:00:00Z", want: "2026-07-05T04:00:00.000Z" },
    {
      name: "in the night in which clocks are put forward",
      hours: [night],
      now: "2026-03-28T22:00:00Z",
      want: "2026-03-29T04:00:00.000Z"
    },
    {
      name: "until a time that clocks skip",
      hours: [{ ...night, to: "02:30" }],
      now: "2026-03-28T23:00:00Z",
      want: "2026-03-29T01:30:00.000Z"
    },
    {
      name: "on the days on which they begin, alone",
      hours: [{ ...night, days: ["Fri"] }],
      now: "2026-03-07T03:00:00Z",
      want: "2026-03-07T05:00:00.000Z"
    },
    {
      name: "not on the day after",
      hours: [{ ...night, days: ["Fri"] }],
      now: "2026-03-07T22:00:00Z",
      want: undefined
    },
    {
      name: "of a whole day",
      hours: [{ timezone: "UTC", days: ["Sat"], from: "00:00", to: "00:00" }],
      now: "2026-03-07T12:00:00Z",
      want: "2026-03-08T00:00:00.000Z"
    },
    {
      name: "that others follow at once",
      hours: [night, { timezone: "UTC", days: ["Sat", "Sun"], from: "00:00", to: "00:00" }],
      now: "2026-03-07T12:00:00Z",
      want: "2026-03-09T05:00:00.000Z"
    },
    {
      name: "without an end",
      hours: [{ timezone: "UTC", days: every, from: "00:00", to: "00:00" }],
      now: "2026-03-07T12:00:00Z",
      want: "never"
    }
  ])("$name", ({ hours, now, want }) => assert.strictEqual(until(hours, now), want))

  it("that have no end are refused", () => {
    assert.deepStrictEqual(quietProblems([night]), [])
    assert.deepStrictEqual(
      quietProblems([{ timezone: "UTC", days: every, from: "05:00", to: "05:00" }]).map(({ path }) => path),
      ["quietHours"]
    )
  })
})
