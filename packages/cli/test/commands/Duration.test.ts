import { assert, it } from "@effect/vitest"
import { Duration, Option } from "effect"
import { parseDuration } from "../../src/commands/flags/waitFlags.ts"

it.each([["90", 90], ["90s", 90], ["30m", 1800], ["1h30m", 5400], ["2h0m5s", 7205], ["0", 0]] as const)(
  "%s is %i seconds",
  (text, seconds) => assert.deepStrictEqual(Option.map(parseDuration(text), Duration.toSeconds), Option.some(seconds))
)

it.each(["", "s", "1d", "-5", "1.5h", "30m1h", "forever"])(
  "%j is no duration",
  (text) => assert.isTrue(Option.isNone(parseDuration(text)))
)
