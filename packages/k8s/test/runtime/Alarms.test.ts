import { assert, it } from "@effect/vitest"
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import { Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import fc from "fast-check"
import { makeAlarms } from "../../src/runtime/Alarms.ts"

const heard = Effect.gen(function*() {
  const rung: Array<string> = []
  const alarms = yield* makeAlarms<number>((id, value) => Effect.sync(() => void rung.push(`${id}${value}`)))
  const set = (id: string, value: number, after: number) =>
    Effect.flatMap(monotonicMillis, (now) => alarms.set(id, value, now + after, now))
  return { alarms, rung, set }
})

it.effect("each rings once, in the order of their times, whatever the order in which they were set", () =>
  Effect.gen(function*() {
    const { alarms, rung, set } = yield* heard
    yield* set("c", 1, 300)
    yield* set("a", 1, 100)
    yield* set("b", 1, 200)
    yield* TestClock.adjust(Duration.millis(150))
    assert.deepStrictEqual(rung, ["a1"])
    assert.isUndefined(alarms.dueAt("a"))
    yield* TestClock.adjust(Duration.millis(1000))
    assert.deepStrictEqual(rung, ["a1", "b1", "c1"])
  }))

it.effect("an earlier alarm of the same is replaced, also by a later one", () =>
  Effect.gen(function*() {
    const { rung, set } = yield* heard
    yield* set("a", 1, 100)
    yield* set("a", 2, 500)
    yield* set("b", 1, 900)
    yield* set("b", 2, 200)
    yield* TestClock.adjust(Duration.millis(300))
    assert.deepStrictEqual(rung, ["b2"])
    yield* TestClock.adjust(Duration.millis(1000))
    assert.deepStrictEqual(rung, ["b2", "a2"])
  }))

it.effect("one that has passed rings at once", () =>
  Effect.gen(function*() {
    const { rung, set } = yield* heard
    yield* set("a", 1, -50)
    yield* TestClock.adjust(Duration.zero)
    assert.deepStrictEqual(rung, ["a1"])
  }))

const anySteps = fc.array(
  fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.nat({ max: 50 }), fc.nat({ max: 20 })),
  { maxLength: 30 }
)

it.effect("whatever is set and however time passes, the last alarm of each rings, and no other", () =>
  Effect.forEach(fc.sample(anySteps, 100), (steps) =>
    Effect.scoped(Effect.gen(function*() {
      const { rung, set } = yield* heard
      const waiting = new Map<string, { readonly value: number; readonly at: number }>()
      const want: Array<string> = []
      let now = 0
      const pass = (millis: number) => {
        now += millis
        const due = [...waiting].filter(([, { at }]) => at <= now)
          .sort(([one, left], [other, right]) => left.at - right.at || (one < other ? -1 : 1))
        for (const [id, { value }] of due) {
          want.push(`${id}${value}`)
          waiting.delete(id)
        }
        return TestClock.adjust(Duration.millis(millis))
      }
      for (const [index, [id, after, wait]] of steps.entries()) {
        yield* set(id, index, after + 1)
        waiting.set(id, { value: index, at: now + after + 1 })
        yield* pass(wait)
      }
      yield* pass(100)
      assert.deepStrictEqual(rung, want, JSON.stringify(steps))
    })), { discard: true }))
