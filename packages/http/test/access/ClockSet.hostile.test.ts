/** I12 where somebody sets the clock of the machine: no decision is used for longer than it may be, and nobody is shut out. */
import { assert, it } from "@effect/vitest"
import { setClock, WallClock } from "@orchestrator/embedded/faults/WallClock"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { addUser, askAs, TestAccess } from "../fixtures/TestAccess.ts"

const machine = TestAccess.pipe(Layer.provide(setClock), Layer.provideMerge(WallClock.layer))

const statusOf = (token: string) => Effect.map(askAs(token, "GET", "/api/v1/code-runs"), ({ status }) => status)

it.effect("a permission that was taken away counts no more after ten seconds, though the clock was set back an hour", () =>
  Effect.gen(function*() {
    let allowed = true
    yield* addUser("jane", () => allowed)
    assert.strictEqual(yield* statusOf("jane"), 200)
    const clock = yield* WallClock
    clock.millis = -3_600_000
    allowed = false
    yield* TestClock.adjust("10 seconds")
    assert.strictEqual(yield* statusOf("jane"), 403)
    allowed = true
    yield* TestClock.adjust("2 seconds")
    assert.strictEqual(yield* statusOf("jane"), 200)
  }).pipe(Effect.provide(machine)))

it.effect("a token that was refused is looked at again after two seconds, though the clock was set back an hour", () =>
  Effect.gen(function*() {
    assert.strictEqual(yield* statusOf("jane"), 401)
    const clock = yield* WallClock
    clock.millis = -3_600_000
    yield* addUser("jane", () => true)
    yield* TestClock.adjust("2 seconds")
    assert.strictEqual(yield* statusOf("jane"), 200)
  }).pipe(Effect.provide(machine)))
