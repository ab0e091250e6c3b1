/** Who rests, for how long, and what of it is told. */
import { assert, describe, it } from "@effect/vitest"
import { type BrokerResult, emptyBrokerResult, mostFailovers } from "@orchestrator/domain/BrokerResult"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { inTurn, makeFailover, restSeconds, withFailover } from "../../src/model/Failover.ts"

it.each<readonly [string, number | undefined, number]>([
  ["half a minute where nothing says", undefined, 30],
  ["as long as is said", 1_090, 90],
  ["not for hours", 20_000, 600],
  ["a second at least", 900, 1]
])("a provider rests %s", (_, resetAt, want) => assert.strictEqual(restSeconds(resetAt, 1_000), want))

it("whoever rests comes last, all others in their order", () => {
  const all = ["a", "b", "c"].map((name) => ({ name }))
  assert.deepStrictEqual(inTurn(all, ({ name }) => name !== "c").map(({ name }) => name), ["c", "a", "b"])
})

it("what is told has a bound, and counts what it has", () => {
  const from = (index: number) => ({ provider: `p${index}`, instead: "other", why: "answers 529" })
  const told = Array.from({ length: 10 }, (_, index) => from(index % 5)).reduce<BrokerResult>(
    withFailover,
    emptyBrokerResult
  )
  assert.lengthOf(told.failovers ?? [], mostFailovers)
  assert.deepInclude(told.failovers?.[0], { provider: "p0", requests: 2 })
})

describe("an overloaded provider", () => {
  it.effect("is asked again once it has rested, and until then each request is counted", () =>
    Effect.gen(function*() {
      let result = emptyBrokerResult
      const failover = makeFailover({
        update: (change) =>
          Effect.sync(() => {
            result = change(result)
          })
      })
      const names = failover.inTurn([{ name: "a" }, { name: "b" }]).pipe(Effect.map((all) => all[0].name))
      assert.strictEqual(yield* names, "a")
      yield* failover.passOver("a", "b", "answers 529", 60)
      assert.strictEqual(yield* names, "b")
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(yield* names, "b")
      assert.deepStrictEqual(result.failovers, [{ provider: "a", instead: "b", why: "answers 529", requests: 3 }])
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* names, "a")
    }))
})
