import { assert, describe, it } from "@effect/vitest"
import { isTerminal, Phase } from "../src/Phase.ts"
import {
  FailureReason,
  outcomeOf,
  PassingReason,
  Reason,
  RunningReason,
  TerminalReason,
  WaitingReason
} from "../src/Reason.ts"

describe("reasons", () => {
  it("are CamelCase, and each belongs to one group", () => {
    const groups = [...WaitingReason.literals, ...RunningReason.literals, ...TerminalReason.literals]
    assert.deepStrictEqual([...Reason.literals], groups)
    assert.lengthOf(new Set(groups), groups.length)
    for (const reason of groups) assert.match(reason, /^([A-Z][a-z]+)+$/)
  })

  it("that are final stand for one phase", () => {
    assert.strictEqual(outcomeOf("Delivered"), "Succeeded")
    assert.strictEqual(outcomeOf("Cancelled"), "Cancelled")
    for (const reason of FailureReason.literals) assert.strictEqual(outcomeOf(reason), "Failed")
    for (const reason of PassingReason.literals) assert.strictEqual(outcomeOf(reason), "Failed")
  })
})

describe("phases", () => {
  it.each(Phase.literals)("%s", (phase) => {
    assert.strictEqual(isTerminal(phase), !["Pending", "Running"].includes(phase))
  })

  it("of a run without status, or of somebody's invention, are not terminal", () => {
    assert.isFalse(isTerminal(undefined))
    assert.isFalse(isTerminal("Done"))
  })
})
