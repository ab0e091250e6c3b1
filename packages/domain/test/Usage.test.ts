import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { addUsage, type Usage } from "../src/Usage.ts"

const amounts = fc.record({
  costUsd: fc.nat({ max: 1_000_000_000 }).map((micros) => micros / 1e6),
  inputTokens: fc.nat(),
  outputTokens: fc.nat(),
  turns: fc.nat({ max: 10_000 })
}, { requiredKeys: [] })

const micros = ({ costUsd = 0 }: Usage) => Math.round(costUsd * 1e6)

describe("the sum of what attempts used", () => {
  it.each<{ left: Usage | undefined; right: Usage | undefined; sum: Usage | undefined }>([
    { left: undefined, right: undefined, sum: undefined },
    { left: { turns: 1 }, right: undefined, sum: { turns: 1 } },
    { left: undefined, right: { turns: 1 }, sum: { turns: 1 } },
    { left: {}, right: {}, sum: {} },
    { left: { turns: 1 }, right: { costUsd: 2 }, sum: { costUsd: 2, turns: 1 } },
    { left: { costUsd: 0.1 }, right: { costUsd: 0.2 }, sum: { costUsd: 0.3 } },
    { left: { inputTokens: 5, turns: 0 }, right: { inputTokens: 7, turns: 2 }, sum: { inputTokens: 12, turns: 2 } },
    { left: { costUsd: 0 }, right: { costUsd: 0 }, sum: { costUsd: 0 } }
  ])("of $left and $right is $sum", ({ left, right, sum }) => assert.deepStrictEqual(addUsage(left, right), sum))

  it("does not depend on the order", () =>
    fc.assert(
      fc.property(
        amounts,
        amounts,
        (left, right) => assert.deepStrictEqual(addUsage(left, right), addUsage(right, left))
      )
    ))

  it("is exact to a millionth of a dollar over any number of attempts", () =>
    fc.assert(fc.property(fc.array(amounts, { minLength: 1, maxLength: 50 }), (all) => {
      const sum = all.reduce<Usage | undefined>(addUsage, undefined)
      assert.strictEqual(micros(sum ?? {}), all.reduce((total, each) => total + micros(each), 0))
    })))
})
