import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { TestClock } from "effect/testing"
import { KubernetesError, type KubernetesErrorReason } from "../../src/KubernetesError.ts"
import { makeReconciler, type Next } from "../../src/runtime/Reconciler.ts"

type Round = Effect.Effect<Next, KubernetesError>

/** Milliseconds at which the key `a` was looked at, with these rounds one after the other. */
const looks = (rounds: ReadonlyArray<Round>, pass: Effect.Effect<unknown> = TestClock.adjust("10 minutes")) =>
  Effect.gen(function*() {
    const times: Array<number> = []
    const { enqueue, process } = yield* makeReconciler({
      idOf: (key: string) => key,
      annotations: (key) => ({ key }),
      reconcile: () =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          times.push(now)
          return rounds[times.length - 1] ?? Effect.succeed({})
        })
    })
    yield* Effect.forkScoped(Effect.forever(process))
    yield* enqueue("a")
    yield* pass
    return times
  }).pipe(Effect.scoped)

const failing = (reason: KubernetesErrorReason): Round =>
  Effect.fail(new KubernetesError({ operation: "get", ref: "jobs.batch default/a", reason }))

describe("a round", () => {
  it.effect("that failed comes again after a while, also where it only lost a race", () =>
    Effect.gen(function*() {
      for (const tag of ["Conflict", "NotFound", "Unreachable", "Forbidden"] as const) {
        assert.deepStrictEqual(yield* looks([failing({ _tag: tag, message: "" })]), [0, 50])
        yield* TestClock.setTime(0)
      }
    }))

  it.effect("comes again no sooner than the server asked for, and after a minute at the latest", () =>
    Effect.gen(function*() {
      const slow = (retryAfterSeconds: number) => failing({ _tag: "TooManyRequests", message: "", retryAfterSeconds })
      assert.deepStrictEqual(yield* looks([slow(7), slow(3600)]), [0, 7000, 67_000])
    }))

  it.effect("that has a bug comes again as well, and ends no worker", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* looks([Effect.die("a bug"), Effect.die("a bug")]), [0, 50, 150])
    }))

  it.effect("that says when to look again is looked at then", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* looks([Effect.succeed({ wakeAt: 90_000 })]), [0, 90_000])
    }))

  it.effect("that says when to look again is not looked at over and over while a part of a millisecond is left", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(89_999.999_999_999_99)
      const soon = Array.from({ length: 50 }, () => Effect.succeed({ wakeAt: 90_000 }))
      assert.lengthOf(yield* looks(soon, Effect.repeat(Effect.yieldNow, { times: 1000 })), 1)
    }))
})
