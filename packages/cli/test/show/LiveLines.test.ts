import { assert, describe, it } from "@effect/vitest"
import { liveLines } from "../../src/show/LiveLines.ts"

const screen = { columns: 80, rows: 24 }

const runs = (phases: ReadonlyArray<string>) =>
  phases.map((phase, index) => ({
    line: {
      run: `coderun/run-${index}`,
      phase,
      text: `coderun/run-${index}  ${phase}  Reason  attempt 1`,
      short: `coderun/run-${index}  ${phase}`,
      message: "A message that is longer than a terminal is wide, again and again. ".repeat(3),
      isLast: false
    },
    agent: ""
  }))

describe("on 80 by 24", () => {
  it.each([1, 6, 22, 23, 40])("%i runs leave the screen's last rows free, each on one row", (count) => {
    const lines = liveLines(runs(Array.from({ length: count }, () => "Running")), screen)
    assert.isAtMost(lines.length, 22)
    assert.lengthOf(lines, Math.min(count, 22))
    for (const { text } of lines) assert.isAtMost(text.length, 80)
  })

  it("those that run come first, and the rest is counted by phase", () => {
    const phases = Array.from({ length: 40 }, (_, index) => index === 39 ? "Running" : "Pending")
    const lines = liveLines(runs(phases), screen)
    assert.include(lines[0]?.text, "run-39  Running")
    assert.strictEqual(lines.at(-1)?.text, "and 19 more: 19 Pending")
  })

  it("what all fits is not counted", () =>
    assert.notInclude(liveLines(runs(["Pending", "Running"]), screen).map(({ text }) => text).join(), "more:"))
})

it("a terminal of a few rows shows at least how many there are", () =>
  assert.deepStrictEqual(liveLines(runs(["Running", "Pending"]), { columns: 80, rows: 3 }).map(({ text }) => text), [
    "and 2 more: 1 Running, 1 Pending"
  ]))
