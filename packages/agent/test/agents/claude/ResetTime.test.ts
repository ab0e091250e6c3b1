import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import { classify } from "../../../src/agents/claude/Classify.ts"
import { nothingSeen } from "../../../src/agents/claude/Observation.ts"
import { resetTime } from "../../../src/agents/claude/ResetTime.ts"

const utc = (time: string) => DateTime.toUtc(DateTime.makeUnsafe(time))
const seconds = (time: string | undefined) =>
  time === undefined ? undefined : DateTime.toEpochMillis(DateTime.makeUnsafe(time)) / 1000

describe("the end of a limit, from words", () => {
  it.each<{ words: string; now: string; want: string | undefined }>([
    {
      words: "5-hour limit reached ∙ resets 3pm (Europe/Berlin)",
      now: "2026-03-02T10:00:00Z",
      want: "2026-03-02T14:00:00Z"
    },
    { words: "resets 3pm (Europe/Berlin)", now: "2026-07-02T10:00:00Z", want: "2026-07-02T13:00:00Z" },
    { words: "resets 3:30pm (America/New_York)", now: "2026-07-02T10:00:00Z", want: "2026-07-02T19:30:00Z" },
    { words: "Your limit resets at 9am (Asia/Tokyo).", now: "2026-03-02T10:00:00Z", want: "2026-03-03T00:00:00Z" },
    { words: "resets 12am (UTC)", now: "2026-12-31T23:30:00Z", want: "2027-01-01T00:00:00Z" },
    { words: "resets 12pm (UTC)", now: "2026-03-02T12:00:00Z", want: "2026-03-03T12:00:00Z" },
    { words: "resets 15:05 (UTC)", now: "2026-03-02T10:00:00Z", want: "2026-03-02T15:05:00Z" },
    { words: "resets 2am (Asia/Kolkata)", now: "2026-03-02T19:00:00Z", want: "2026-03-02T20:30:00Z" },
    { words: "resets Oct 9 at 5pm (Europe/Berlin)", now: "2026-10-07T10:00:00Z", want: "2026-10-09T15:00:00Z" },
    { words: "resets October 9, 5:30pm (UTC)", now: "2026-10-07T10:00:00Z", want: "2026-10-09T17:30:00Z" },
    { words: "resets Jan 2, 1am (UTC)", now: "2026-12-30T10:00:00Z", want: "2027-01-02T01:00:00Z" },
    { words: "resets 3pm (Europe/Berlin)", now: "2026-03-28T15:00:00Z", want: "2026-03-29T13:00:00Z" },
    { words: "resets 1am (UTC)", now: "2026-02-28T10:00:00Z", want: "2026-03-01T01:00:00Z" },
    { words: "resets Oct 30 at 5pm (UTC)", now: "2026-10-07T10:00:00Z", want: undefined },
    { words: "resets Oct 6 at 5pm (UTC)", now: "2026-10-07T10:00:00Z", want: undefined },
    { words: "resets Foo 9 at 5pm (UTC)", now: "2026-10-07T10:00:00Z", want: undefined },
    { words: "resets Oct 99 at 5pm (UTC)", now: "2026-10-07T10:00:00Z", want: undefined },
    { words: "resets 3pm (Mars/Olympus)", now: "2026-03-02T10:00:00Z", want: undefined },
    { words: "resets 3pm", now: "2026-03-02T10:00:00Z", want: undefined },
    { words: "resets 13pm (UTC)", now: "2026-03-02T10:00:00Z", want: undefined },
    { words: "resets 0am (UTC)", now: "2026-03-02T10:00:00Z", want: undefined },
    { words: "resets 25:00 (UTC)", now: "2026-03-02T10:00:00Z", want: undefined },
    { words: "resets 3:75pm (UTC)", now: "2026-03-02T10:00:00Z", want: undefined },
    { words: "resets 3 (UTC)", now: "2026-03-02T10:00:00Z", want: undefined },
    { words: "resets 999999999999pm (UTC)", now: "2026-03-02T10:00:00Z", want: undefined },
    { words: `resets 3pm (${"A".repeat(100_000)})`, now: "2026-03-02T10:00:00Z", want: undefined },
    { words: "no limit", now: "2026-03-02T10:00:00Z", want: undefined }
  ])(
    "$words, said at $now, is $want",
    ({ now, want, words }) => assert.strictEqual(resetTime(words, utc(now)), seconds(want))
  )

  it("is when the run goes on, unless somebody gives it in numbers", () => {
    const init = {
      type: "system",
      subtype: "init",
      session_id: "x",
      model: "m",
      permissionMode: "bypassPermissions"
    } as const
    const result = {
      type: "result",
      subtype: "success",
      is_error: true,
      num_turns: 1,
      result: "5-hour limit reached ∙ resets 3pm (Europe/Berlin)"
    } as const
    const seen = { ...nothingSeen, init, answered: true, exitCode: 1, result }
    const now = utc("2026-03-02T10:00:00Z")
    const at = (beside = {}) => {
      const processEnd = classify(seen, beside, now)
      return processEnd._tag === "Limited" ? processEnd.resetAt : processEnd._tag
    }
    assert.deepStrictEqual(
      [at(), at({ resetAt: "2026-03-02T12:00:00Z" })],
      [seconds("2026-03-02T14:00:00Z"), seconds("2026-03-02T12:00:00Z")]
    )
  })
})
