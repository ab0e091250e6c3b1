import { assert, describe, it } from "@effect/vitest"
import { rowOf } from "../../../src/show/RunRow.ts"
import { held } from "../../../src/views/runs/HeldOrder.ts"
import { codeRun } from "../../fixtures/Runs.ts"

describe("lines while somebody is at them", () => {
  const before = ["b", "a"].map((name) => ({ ...rowOf(codeRun(name)), gone: false }))

  it("stay where they are with the values of now; what is new waits", () => {
    const now = [codeRun("c"), codeRun("a", { phase: "Failed" }), codeRun("b")].map(rowOf)
    assert.deepStrictEqual(held(before, now).map(({ gone, name, phase }) => [name, phase, gone]), [
      ["b", "Running", false],
      ["a", "Failed", false]
    ])
  })

  it("stay when they are gone, and say so", () => {
    const now = [rowOf(codeRun("a"))]
    assert.deepStrictEqual(held(before, now).map(({ gone, name }) => [name, gone]), [["b", true], ["a", false]])
  })
})
