import { assert, describe, it } from "@effect/vitest"
import { usageBars } from "../../../src/show/run/UsageBars.ts"

describe("usage against limits", () => {
  it("is a share of what the run may use", () => {
    const bars = usageBars({ costUsd: 1, turns: 9 }, { costUsd: 2, turns: 10, timeoutSeconds: 600 }, 60)
    assert.deepStrictEqual(bars.map(({ isNear, limit, share, used, what }) => [what, used, limit, share, isNear]), [
      ["cost", 1, 2, 0.5, false],
      ["turns", 9, 10, 0.9, true],
      ["time", 60, 600, 0.1, false]
    ])
  })

  it("has no share without a limit, and none beyond the whole", () => {
    assert.deepInclude(usageBars({ turns: 3 }, undefined, undefined)[0], { limit: undefined, share: undefined })
    assert.strictEqual(usageBars(undefined, { timeoutSeconds: 60 }, 90)[0]?.share, 1)
    assert.isUndefined(usageBars({ turns: 3 }, { turns: 0 }, undefined)[0]?.share)
  })

  it("is nothing where nothing is known", () => assert.deepStrictEqual(usageBars(undefined, undefined, undefined), []))
})
