import { assert, describe, it } from "@effect/vitest"
import { nextOf, readableLog } from "../../../src/show/transcript/Readable.ts"
import { makeSearch } from "../../../src/show/transcript/Search.ts"
import { finderOf } from "../../../src/show/VisibleText.ts"

const finder = finderOf("error") ?? /never/

const growing = (...texts: ReadonlyArray<string>) => {
  const lines = texts.map((text) => ({ text }))
  const revised: Array<number> = []
  return {
    lines,
    search: makeSearch(finder, { ...readableLog(lines), revised }),
    add: (text: string) => lines.push({ text }),
    change: (row: number, text: string) => {
      lines[row] = { text }
      revised.push(row)
    }
  }
}

describe("a search", () => {
  it("goes on a part at a time, and with what is said meanwhile", () => {
    const { add, search } = growing("an Error", "fine", "ERRORS", "error error")
    assert.isTrue(search.step(3))
    assert.deepStrictEqual(search.found, [0, 2])
    assert.isFalse(search.step(3))
    for (const text of ["no", "error"]) add(text)
    assert.isFalse(search.step(100))
    assert.deepStrictEqual(search.found, [0, 2, 3, 5])
  })

  it("looks again at what has changed, and does not count it twice", () => {
    const { change, search } = growing("call", "error", "call")
    search.step(2)
    change(0, "call: error")
    change(0, "call: error, still")
    change(2, "call: error")
    assert.isTrue(search.step(1))
    while (search.step(1)) assert.isBelow(search.found.length, 4)
    assert.deepStrictEqual(search.found, [0, 1, 2])
    change(1, "mended")
    search.step(100)
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
