/** The protocol by which a workspace changes hands, walked through; a walk that finds nothing wrong proves something only if it can. */
import { assert, describe, it } from "@effect/vitest"
import { walk } from "./HandOver.ts"

const rules = { freshReads: true, underway: true, fence: true }

describe("two runs, one workspace, leaders that follow one another", () => {
  it("no state has both at work, and from each both come to their end without anybody's doing", () => {
    const { states, stuck, toBad } = walk(rules)
    assert.deepStrictEqual(toBad, undefined)
    assert.strictEqual(stuck, 0)
    assert.isAbove(states, 50_000)
  }, 60_000)

  it.each(["freshReads", "underway", "fence"] as const)("without %s both come to work at a time", (rule) => {
    const { toBad } = walk({ ...rules, [rule]: false })
    assert.isAtLeast(toBad?.length ?? 0, 10)
  })
})
