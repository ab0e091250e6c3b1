import { assert, describe, it } from "@effect/vitest"
import { largest, makeTopLabels, other } from "../../src/telemetry/TopLabels.ts"

describe("labels of many values", () => {
  it("show the first, and the others as one", () => {
    const { labelOf } = makeTopLabels(2)
    assert.deepStrictEqual(["ada", "eve", "bob", "ada"].map((user) => labelOf(user, 1).label), [
      "ada",
      "eve",
      other,
      "ada"
    ])
  })

  it("show one that has come to weigh more than twice as much as the lightest in its place", () => {
    const { labelOf } = makeTopLabels(2)
    labelOf("ada", 10)
    labelOf("eve", 1)
    assert.deepStrictEqual(labelOf("bob", 2), { label: other })
    assert.deepStrictEqual(labelOf("bob", 1), { label: "bob", dropped: "eve" })
    assert.deepStrictEqual(labelOf("eve", 1), { label: other })
    assert.deepStrictEqual(labelOf("ada", 1), { label: "ada" })
  })

  it("are bounded, however many come, and who weighs most is shown among them", () => {
    const { labelOf } = makeTopLabels(5)
    const labels = new Set<string>()
    for (let index = 0; index < 5000; index++) {
      labels.add(labelOf(`user-${index}`, 1).label)
      labelOf("ada", 3)
    }
    assert.isAtMost(labels.size, 6)
    assert.strictEqual(labelOf("ada", 1).label, "ada")
  })

  it("keep the largest sums, and the sum of all", () => {
    assert.deepStrictEqual(largest(new Map([["a", 1], ["b", 5], ["c", 3]]), 1), [["b", 5], [other, 4]])
    assert.deepStrictEqual(largest(new Map([["a", 1], ["b", 5]]), 2), [["b", 5], ["a", 1]])
  })
})
