/** A round that dies ends neither its worker nor fills the log: its defect is said once, and other keys go on. */
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Logger } from "effect"
import { TestClock } from "effect/testing"
import { makeReconciler } from "../../src/runtime/Reconciler.ts"

it.effect.each([
  { name: "a defect that stays", die: () => Effect.die("one"), said: 1 },
  { name: "an answer that is an interruption", die: () => Effect.interrupt, said: 1 },
  { name: "another defect afterwards", die: (round: number) => Effect.die(round < 4 ? "one" : "two"), said: 2 }
])(
  "$name: said $said times, the worker works on, and ends when it is interrupted",
  ({ die, said }) =>
    Effect.gen(function*() {
      const errors: Array<unknown> = []
      const seen: Array<string> = []
      yield* Effect.gen(function*() {
        const { enqueue, process } = yield* makeReconciler<string, never>({
          idOf: (key) => key,
          annotations: () => ({}),
          reconcile: (key) =>
            Effect.suspend(() => {
              seen.push(key)
              return key === "bad" ? die(seen.length) : Effect.succeed({})
            })
        })
        const worker = yield* Effect.forkChild(Effect.forever(process))
        yield* enqueue("bad")
        yield* TestClock.adjust("1 minute")
        yield* enqueue("good")
        yield* TestClock.adjust("1 second")
        yield* Fiber.interrupt(worker)
      }).pipe(
        Effect.scoped,
        Effect.provide(Logger.layer([
          Logger.make(({ logLevel, message }) => void (logLevel === "Error" && errors.push(message)))
        ]))
      )
      assert.include(seen, "good")
      assert.isAbove(seen.filter((key) => key === "bad").length, 5)
      assert.lengthOf(errors, said)
    })
)
