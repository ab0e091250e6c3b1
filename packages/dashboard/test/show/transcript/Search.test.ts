import { assert, describe, it } from "@effect/vitest"
import { makeSearch, nextOf } from "../../../src/show/transcript/Search.ts"
import { finderOf } from "../../../src/show/VisibleText.ts"

const finder = finderOf("error") ?? /never/

describe("a search", () => {
  it("goes on a part at a time, and with what is said meanwhile", () => {
    const rows = ["an Error", "fine", "ERRORS", "error error"]
    const search = makeSearch(finder, (row) => rows[row] ?? "")
    assert.isTrue(search.step(rows.length, 3))
    assert.deepStrictEqual(search.found, [0, 2])
    assert.isFalse(search.step(rows.length, 3))
    rows.push("no", "error")
    assert.isFalse(search.step(rows.length, 100))
    assert.deepStrictEqual([search.found, search.seen], [[0, 2, 3, 5], 6])
  })

  it("looks again at what has changed, and does not count it twice", () => {
    const rows = ["call", "error", "call"]
    const search = makeSearch(finder, (row) => rows[row] ?? "")
    search.step(2, 100)
    rows[0] = "call: error"
    rows[2] = "call: error"
    for (const row of [0, 0, 2]) search.changed(row)
    assert.deepStrictEqual(search.found, [0, 1])
    rows[1] = "mended"
    search.changed(1)
    search.step(3, 100)
    assert.deepStrictEqual(search.found, [0, 2])
  })
})

describe("the next of what was found", () => {
  it.each(
    [
      { from: -1, direction: 1, want: 2 },
      { from: 2, direction: 1, want: 5 },
      { from: 3, direction: 1, want: 5 },
      { from: 9, direction: 1, want: 2 },
      { from: 2, direction: -1, want: 9 },
      { from: 5, direction: -1, want: 2 },
      { from: 6, direction: -1, want: 5 }
    ] as const
  )(
    "after $from in direction $direction is $want",
    ({ direction, from, want }) => assert.strictEqual(nextOf([2, 5, 9], from, direction), want)
  )

  it("is nowhere where nothing was found", () => assert.isUndefined(nextOf([], 0, 1)))
})
