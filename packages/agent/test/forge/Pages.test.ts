/** Lists are read whole, whatever a forge makes of pages. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { everyPage } from "../../src/forge/rest/Discussions.ts"

const items = (count: number) => Array.from({ length: count }, (_, id) => ({ id }))

/** Reads a list of a forge that gives so many at once. */
const read = (count: number, { size, total }: { readonly size: number; readonly total?: number }) => {
  let asked = 0
  return everyPage((query) =>
    Effect.sync(() => {
      asked += 1
      const page = Number(new URLSearchParams(query).get("page"))
      return { items: items(count).slice((page - 1) * size, page * size), total }
    })
  ).pipe(Effect.map((found) => ({ found, asked })))
}

describe("a list of a forge", () => {
  it.effect.each([
    { name: "is empty", count: 0, size: 100, asked: 1 },
    { name: "has pages that are smaller than was asked for", count: 120, size: 50, asked: 4 },
    { name: "is as long as the forge says", count: 120, size: 100, total: 120, asked: 2 },
    { name: "is shorter than the forge says", count: 20, size: 100, total: 30, asked: 2 }
  ])("that $name is read whole", ({ asked, count, name: _, ...forge }) =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* read(count, forge), { found: items(count), asked })
    }))

  it.effect("that comes whole on every page is taken once", () =>
    Effect.gen(function*() {
      let asked = 0
      const found = yield* everyPage(() =>
        Effect.sync(() => {
          asked += 1
          return { items: items(3) }
        })
      )
      assert.deepStrictEqual({ found, asked }, { found: items(3), asked: 2 })
    }))

  it.effect("that does not end is left after ten pages", () =>
    Effect.gen(function*() {
      const { asked, found } = yield* read(5000, { size: 100 })
      assert.deepStrictEqual([asked, found.length], [10, 1000])
    }))
})
