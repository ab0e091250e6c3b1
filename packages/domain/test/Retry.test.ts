import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import fc from "fast-check"
import { attemptText, effectiveVersion, limitDelay, retryDelay } from "../src/Retry.ts"

describe("the version to work on", () => {
  it.each([
    { wanted: 1, observed: undefined, version: 1 },
    { wanted: 2, observed: 1, version: 2 },
    { wanted: 2, observed: 2, version: 2 },
    { wanted: 1, observed: 2, version: 2 },
    { wanted: 5, observed: 1, version: 5 }
  ])(
    "is $version when $wanted is wanted and $observed was seen",
    ({ observed, version, wanted }) => assert.strictEqual(effectiveVersion(wanted, observed), version)
  )
})

it.each([
  { attempt: { contextVersion: 2, retry: 0 }, text: "2" },
  { attempt: { contextVersion: 2, retry: 1 }, text: "2-r1" }
])("an attempt is $text in names and texts", ({ attempt, text }) => assert.strictEqual(attemptText(attempt), text))

describe("the wait before an automatic retry", () => {
  it.each([
    { retry: 1, seconds: 10 },
    { retry: 2, seconds: 20 },
    { retry: 3, seconds: 40 },
    { retry: 6, seconds: 320 },
    { retry: 7, seconds: 600 },
    { retry: 5000, seconds: 600 },
    { retry: 0, seconds: 10 }
  ])(
    "number $retry is $seconds s",
    ({ retry, seconds }) => assert.strictEqual(Duration.toSeconds(retryDelay(retry)), seconds)
  )

  it("never shrinks", () =>
    fc.assert(fc.property(fc.nat({ max: 100 }), (retry) => {
      assert.isTrue(Duration.isLessThanOrEqualTo(retryDelay(retry), retryDelay(retry + 1)))
    })))
})

describe("the wait for a usage limit whose end is not known", () => {
  it.each([[0, 1], [1, 1], [2, 2], [3, 4], [4, 8], [5, 16], [6, 30], [7, 30], [5000, 30]])(
    "number %i is %i min",
    (wait, minutes) => assert.strictEqual(Duration.toMinutes(limitDelay(wait)), minutes)
  )
})
