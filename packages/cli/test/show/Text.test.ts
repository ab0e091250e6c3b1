import { assert, describe, it } from "@effect/vitest"
import { ageText, spanText } from "../../src/show/Age.ts"
import { dollars } from "../../src/show/Dollars.ts"
import { printRuns } from "../../src/show/Output.ts"
import { table } from "../../src/show/Table.ts"
import { codeAnswer } from "../fixtures/Answers.ts"

describe("spans", () => {
  it.each([[0, "0s"], [59, "59s"], [61, "1m1s"], [600, "10m"], [3720, "1h2m"], [200_000, "2d7h"], [-5, "0s"]] as const)(
    "%i seconds are %s",
    (seconds, want) => assert.strictEqual(spanText(seconds), want)
  )
  it("a time that is none has an unknown age", () => assert.strictEqual(ageText("yesterday", 0), "<unknown>"))
})

it("money has cents, and what is less its first digits", () =>
  assert.deepStrictEqual([0, 0.0042, 0.09, 12.345].map(dollars), ["$0.00", "$0.0042", "$0.09", "$12.35"]))

it("columns are as wide as what is in them, and lines end where their text does", () =>
  assert.strictEqual(table(["A", "B"], [["long", ""], ["x", "y"]]), "A      B\nlong\nx      y"))

it("what a run says steers no terminal", () => assert.notInclude(table(["A"], [["\u001b[2Jgone"]]), "\u001b"))

const run = codeAnswer({ phase: "Failed", reason: "NoChanges", status: { usage: { costUsd: 0.5 } } })
const now = Date.parse("2026-01-01T00:05:00Z")

describe("a run", () => {
  it("is a row", () =>
    assert.strictEqual(
      printRuns([run], "table", now),
      "NAME           PHASE    REASON      COST    AGE\ncoderun/demo   Failed   NoChanges   $0.50   5m"
    ))
  it("is a name that another command takes", () =>
    assert.strictEqual(printRuns([run, run], "name", now), "coderun/demo\ncoderun/demo"))
  it("is the answer itself, alone where it was asked for alone", () => {
    assert.strictEqual(JSON.parse(printRuns([run], "json", now, true)).name, "demo")
    assert.lengthOf(JSON.parse(printRuns([run], "json", now)).items, 1)
    assert.match(printRuns([run], "yaml", now, true), /^kind: CodeRun\nname: demo\n[^]*githubUser: octocat/m)
  })
})

describe("a run alone", () => {
  it("has the sentence that matters and the next step under it, with nothing that a terminal would obey", () => {
    const explained = { ...run, explanation: { why: "Waits \u001b[2J for b.", next: "Nothing." } }
    const text = printRuns([explained], "table", now, true)
    assert.isTrue(text.endsWith("for b.\nNext: Nothing."), text)
    assert.notInclude(text, "\u001b")
    assert.notInclude(printRuns([explained], "table", now), "Next:")
  })
})
