import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Result } from "effect"
import fc from "fast-check"
import { decodeConfig } from "../src/OrchestratorConfig.ts"
import { Outcome } from "../src/Phase.ts"
import { expiry, formatTime, retention } from "../src/Retention.ts"

const cleanupOf = (cleanup: unknown) => Result.getOrThrow(decodeConfig({ cleanup })).cleanup
const finishedAt = DateTime.makeUnsafe("2025-07-24T03:11:12.345Z")
const outcomes = Outcome.literals

describe("how long a finished run's Job stays", () => {
  it.each<{ outcome: Outcome; cleanup: unknown; minutes: number | undefined; expires: string | undefined }>([
    { outcome: "Succeeded", cleanup: {}, minutes: 5, expires: "2025-07-24T03:16:12Z" },
    { outcome: "Failed", cleanup: {}, minutes: 60, expires: "2025-07-24T04:11:12Z" },
    { outcome: "Cancelled", cleanup: {}, minutes: 60, expires: "2025-07-24T04:11:12Z" },
    { outcome: "Succeeded", cleanup: { completedJobDelayMinutes: 0 }, minutes: 0, expires: "2025-07-24T03:11:12Z" },
    { outcome: "Failed", cleanup: { failedJobDelayMinutes: 1440 }, minutes: 1440, expires: "2025-07-25T03:11:12Z" },
    { outcome: "Succeeded", cleanup: { enabled: false }, minutes: undefined, expires: undefined },
    { outcome: "Failed", cleanup: { enabled: false, failedJobDelayMinutes: 1 }, minutes: undefined, expires: undefined }
  ])("$outcome with $cleanup: $minutes minutes", ({ cleanup, expires, minutes, outcome }) => {
    const delay = retention(outcome, cleanupOf(cleanup))
    assert.strictEqual(delay === undefined ? undefined : Duration.toMinutes(delay), minutes)
    assert.strictEqual(expiry(finishedAt, outcome, cleanupOf(cleanup)), expires)
  })

  it("is a time that Kubernetes and people can read, for every delay that the configuration takes", () =>
    fc.assert(fc.property(fc.nat({ max: 35_791_394 }), fc.constantFrom(...outcomes), (minutes, outcome) => {
      const cleanup = cleanupOf({ completedJobDelayMinutes: minutes, failedJobDelayMinutes: minutes })
      const expires = expiry(finishedAt, outcome, cleanup) ?? ""
      assert.match(expires, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      const later = DateTime.toEpochMillis(DateTime.makeUnsafe(expires)) - DateTime.toEpochMillis(finishedAt)
      assert.strictEqual(Math.round(later / 60_000), minutes)
      const delay = retention(outcome, cleanup)
      assert.isAtMost(delay === undefined ? Infinity : Duration.toSeconds(delay), 2 ** 31 - 1)
    })))
})

it.each([
  { millis: 0, text: "1970-01-01T00:00:00Z" },
  { millis: 999, text: "1970-01-01T00:00:00Z" },
  { millis: 1_753_326_672_345, text: "2025-07-24T03:11:12Z" }
])("$millis ms is $text", ({ millis, text }) => assert.strictEqual(formatTime(DateTime.makeUnsafe(millis)), text))
