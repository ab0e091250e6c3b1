import { assert, it } from "@effect/vitest"
import { printable, runLine } from "../../src/dev/RunLine.ts"

it("a run without a status has been accepted", () => {
  const { phase, run } = runLine("CodeRun", { metadata: { name: "a" }, spec: {} })
  assert.deepStrictEqual([run, phase], ["coderun/a", "Pending"])
})

it.each([
  { name: "colours and cursor movements go", given: "\u001b[31mred\u001b[0m \u001b[2Jx", want: "red x" },
  { name: "control characters become spaces", given: "a\tb\rc\u0007d", want: "a b c d" },
  { name: "what is too wide is cut", given: "0123456789abc", want: "012345678…" }
])("$name", ({ given, want }) => assert.strictEqual(printable(given, 10), want))
