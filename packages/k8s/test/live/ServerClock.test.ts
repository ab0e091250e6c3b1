import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { makeServerClock } from "../../src/live/ServerClock.ts"

const dateOf = (millis: number) => new Date(millis).toUTCString()

it.effect("the Date of an answer says how far ours is ahead, once in a while, and nothing where there is none", () =>
  Effect.gen(function*() {
    const { noted, offsetMillis } = makeServerClock()
    assert.isUndefined(yield* offsetMillis)
    yield* noted(undefined)
    yield* noted("yesterday")
    assert.isUndefined(yield* offsetMillis)
    yield* TestClock.setTime(300_500)
    yield* noted(dateOf(0))
    assert.strictEqual(yield* offsetMillis, 300_000)
    yield* noted(dateOf(300_000))
    assert.strictEqual(yield* offsetMillis, 300_000)
    yield* TestClock.adjust("5 seconds")
    yield* noted(dateOf(305_000))
    assert.strictEqual(yield* offsetMillis, 0)
  }))
