import { assert, it } from "@effect/vitest"
import { deliveryTone, isReached, usedOf, worstFirst } from "../../src/show/Installations.ts"

it("limits say what is used of them, and whether it is all", () => {
  const limits = [{ used: 3, limit: 4 }, { used: 4, limit: 4 }, { used: 3 }, { limit: 1500 }, {}]
  assert.deepStrictEqual(limits.map(usedOf), ["3 of 4", "4 of 4", "3, no limit", "at most 1,500", "Not set"])
  assert.deepStrictEqual(limits.map(isReached), [false, true, false, false, false])
})

it("what is broken comes first, and else in the order of the server", () => {
  const finding = (check: string, status: "ok" | "warn" | "fail") => ({ check, status, found: "" })
  assert.deepStrictEqual(
    worstFirst([finding("a", "ok"), finding("b", "warn"), finding("c", "fail"), finding("d", "warn")])
      .map(({ check }) => check),
    ["c", "b", "d", "a"]
  )
})

it("a refusal of a delivery is no fault of ours, a failure is", () =>
  assert.deepStrictEqual([202, 403, 503].map((status) => deliveryTone({ status })), ["good", "warn", "bad"]))
