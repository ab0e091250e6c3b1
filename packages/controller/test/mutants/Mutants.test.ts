/** That every mutant still has its place in the program; whether it is noticed is what `npm run test:mutants` finds out. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { mutate, root } from "./Mutant.ts"
import { mutants } from "./Mutants.ts"

describe("the mutants", () => {
  it.each(mutants)("$name", (mutant) => {
    const source = readFileSync(new URL(mutant.file, root), "utf8")
    assert.notStrictEqual(mutate(mutant, source), source)
  })

  it("have names of their own", () => {
    assert.strictEqual(new Set(mutants.map(({ name }) => name)).size, mutants.length)
  })

  it("say so where the program has moved on, or has the text twice", () => {
    const place = { file: "a.ts", find: "b", replace: "c" }
    assert.strictEqual(mutate(place, "a b"), "a c")
    assert.throws(() => mutate(place, "a"), /expected once in a\.ts: b/)
    assert.throws(() => mutate(place, "b b"), /found 2 times/)
  })
})
