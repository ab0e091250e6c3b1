import { assert, it } from "@effect/vitest"
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { RecentRequests } from "../src/RecentRequests.ts"

const minute = 60_000

it.effect("counts by code what is younger than ten minutes", () =>
  Effect.gen(function*() {
    const { note, tally } = RecentRequests.defaultValue()
    const noteNow = (code: string) => Effect.map(monotonicMillis, (now) => note(code, now))
    yield* noteNow("200")
    yield* TestClock.adjust(minute)
    yield* noteNow("429")
    yield* noteNow("429")
    yield* noteNow("200")
    assert.deepStrictEqual([...(yield* tally).codes], [["200", 2], ["429", 2]])
    yield* TestClock.adjust(9 * minute)
    assert.deepStrictEqual([...(yield* tally).codes], [["429", 2], ["200", 1]])
    yield* TestClock.adjust(minute)
    assert.deepStrictEqual([...(yield* tally).codes], [])
  }))
