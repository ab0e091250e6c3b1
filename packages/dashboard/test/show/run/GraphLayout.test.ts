import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { layoutGraph } from "../../../src/show/run/GraphLayout.ts"

describe("places of runs in a graph", () => {
  it("are behind all that comes first", () => {
    const { columns, nodes, rows } = layoutGraph(["c", "b", "a"], [
      { from: "a", to: "b" },
      { from: "b", to: "c" },
      { from: "a", to: "c" }
    ])
    assert.deepStrictEqual(nodes.map(({ column, id, row }) => [id, column, row]), [["a", 0, 0], ["b", 1, 0], [
      "c",
      2,
      0
    ]])
    assert.deepStrictEqual([columns, rows], [3, 1])
  })

  it("are near to those that they come from", () => {
    const { nodes } = layoutGraph(["a", "b", "b2", "a2"], [{ from: "a", to: "a2" }, { from: "b", to: "b2" }])
    assert.deepStrictEqual(nodes.filter(({ column }) => column === 1).map(({ id }) => id), ["a2", "b2"])
  })

  it("are one for each run, whatever the edges are", () => {
    const id = fc.constantFrom("a", "b", "c", "d", "e", "gone")
    const ids = ["a", "b", "c", "d", "e"]
    fc.assert(fc.property(fc.array(fc.record({ from: id, to: id }), { maxLength: 30 }), (edges) => {
      const { edges: placed, nodes } = layoutGraph([...ids, "a"], edges)
      assert.deepStrictEqual(nodes.map((node) => node.id).toSorted(), ids)
      assert.strictEqual(new Set(nodes.map(({ column, row }) => `${column} ${row}`)).size, ids.length)
      for (const { from, to } of placed) assert.isFalse([from.id, to.id].includes("gone"))
    }))
  })
})
