import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { supervised } from "../src/Supervised.ts"

it.effect.each([
  { name: "a defect", end: Effect.die("a bug") },
  { name: "an interruption that nobody asked for", end: Effect.interrupt }
])("what ended by $name begins again, and ends for good when it is interrupted", ({ end }) =>
  Effect.gen(function*() {
    let lives = 0
    const fiber = yield* Effect.forkChild(supervised(
      "work",
      Effect.suspend(() => {
        lives += 1
        return end
      })
    ))
    yield* TestClock.adjust("30 seconds")
    assert.isAbove(lives, 3)
    yield* Fiber.interrupt(fiber)
    const before = lives
    yield* TestClock.adjust("10 minutes")
    assert.strictEqual(lives, before)
  }))
