import { assert, describe, it } from "@effect/vitest"
import { roomsProblems } from "../check/Rooms.ts"

const module = (path: string, ...imports: ReadonlyArray<string>) => ({
  path: `packages/${path}`,
  text: imports.map((name) => `import type { A } from "${name}"\n`).join("")
})

describe("rooms of a package", () => {
  it.each([
    {
      name: "a later room may import an earlier one",
      from: "embedded/src/wire/A.ts",
      imports: "../store/B.ts",
      problems: 0
    },
    {
      name: "an earlier room may not import a later one",
      from: "embedded/src/store/A.ts",
      imports: "../wire/B.ts",
      problems: 1
    },
    { name: "a room may import itself", from: "embedded/src/wire/openapi/A.ts", imports: "../B.ts", problems: 0 },
    { name: "the root is a room too", from: "embedded/src/store/A.ts", imports: "../B.ts", problems: 1 },
    { name: "a folder must be listed", from: "embedded/src/attic/A.ts", imports: "../store/B.ts", problems: 1 },
    {
      name: "tests may look into any room",
      from: "embedded/test/store/A.ts",
      imports: "../../src/wire/B.ts",
      problems: 0
    }
  ])("$name", ({ from, imports, problems }) => {
    assert.lengthOf(roomsProblems([module(from, imports)]), problems)
  })
})

describe("circles of modules", () => {
  it("two that import each other's types are one", () => {
    const problems = roomsProblems([module("domain/src/A.ts", "./B.ts"), module("domain/src/B.ts", "./A.ts")])
    assert.deepStrictEqual(problems, [
      "import each other in a circle: packages/domain/src/A.ts, packages/domain/src/B.ts"
    ])
  })

  it("a long one is found whole, and once", () => {
    const chain = ["A", "B", "C", "D"].map((name, index, all) =>
      module(`domain/src/${name}.ts`, `./${all[(index + 1) % 4]}.ts`)
    )
    assert.lengthOf(roomsProblems([...chain, module("domain/src/E.ts", "./A.ts")]), 1)
    assert.lengthOf(roomsProblems(chain.slice(1)), 0)
  })
})
