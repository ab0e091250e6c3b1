import { assert, describe, it } from "@effect/vitest"
import { batches } from "../../../src/views/runs/ChangeMany.ts"

const of = (kind: "CodeRun" | "DocsRun", count: number) =>
  Array.from({ length: count }, (_, index) => ({ kind, name: `${kind.toLowerCase()}-${index}` }))

describe("a change of many runs", () => {
  it("is a request for each kind and each 500 names, none twice and none lost", () => {
    const all = [...of("CodeRun", 501), ...of("DocsRun", 2)]
    const parts = batches(all)
    assert.deepStrictEqual(parts.map(({ kind, names }) => [kind, names.length]), [
      ["CodeRun", 500],
      ["CodeRun", 1],
      ["DocsRun", 2]
    ])
    assert.deepStrictEqual(parts.flatMap(({ names }) => names), all.map(({ name }) => name))
  })

  it("of nothing is no request", () => assert.deepStrictEqual(batches([]), []))
})
