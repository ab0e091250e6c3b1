import { assert, describe, it } from "@effect/vitest"
import { changesOf, inputText, oneLine, summaryOf } from "../../../src/show/transcript/ToolWords.ts"

describe("what a tool was given, in one line", () => {
  it.each([
    { given: { description: "List", command: "ls\n  -l" }, want: "ls -l" },
    { given: { command: ["bash", "-lc", "npm test"] }, want: "bash -lc npm test" },
    { given: { old_string: "a", file_path: "src/a.ts" }, want: "src/a.ts" },
    { given: { limit: 5, anything: "words" }, want: "words" },
    { given: { limit: 5 }, want: "{\"limit\":5}" },
    { given: "*** Begin Patch", want: "*** Begin Patch" },
    { given: null, want: "null" },
    { given: [1, 2], want: "[1,2]" },
    { given: { command: " ", path: "/x" }, want: "/x" },
    { given: { command: { toString: "x" } }, want: "{\"command\":{\"toString\":\"x\"}}" }
  ])("$want", ({ given, want }) => assert.strictEqual(summaryOf(given), want))

  it("is cut where it is long, and parts no character", () => {
    assert.strictEqual(oneLine("x".repeat(1000)), `${"x".repeat(240)}…`)
    assert.strictEqual(oneLine(`${"x".repeat(239)}👍 and more`), `${"x".repeat(239)}…`)
    assert.strictEqual(oneLine(`a${" ".repeat(5000)}b`), "a…")
  })

  it("is all of it where that is asked for", () => {
    assert.strictEqual(inputText({ a: 1 }), "{\n  \"a\": 1\n}")
    assert.strictEqual(inputText("text"), "text")
  })
})

const marks = { added: "+", removed: "-", context: " ", hunk: "@", note: "#" }
const shown = (input: Parameters<typeof changesOf>[0]) =>
  changesOf(input).map(({ lines, path }) => [path, ...lines.map(({ kind, text }) => marks[kind] + text)])

describe("what a call changes in a file", () => {
  it.each([
    {
      name: "a text for another",
      given: { file_path: "a.ts", old_string: "let a", new_string: "const a" },
      want: [["a.ts", "-let a", "+const a"]]
    },
    {
      name: "the same in other words",
      given: { filePath: "a.ts", oldString: "", newString: "new" },
      want: [["a.ts", "+new"]]
    },
    {
      name: "several at once",
      given: { file_path: "a", edits: [{ old_string: "1", new_string: "2" }, { old_string: "3", new_string: "" }, 5] },
      want: [["a", "-1", "+2"], ["a", "-3"]]
    },
    { name: "a whole file", given: { file_path: "a", content: "x\ny\n" }, want: [["a", "+x", "+y"]] },
    {
      name: "a patch by marks",
      given: "*** Begin Patch\n*** Update File: a\n@@\n-x\n+y\n z\n*** End Patch",
      want: [["", "#*** Begin Patch", "#*** Update File: a", "@@@", "-x", "+y", " z", "#*** End Patch"]]
    },
    {
      name: "a unified diff",
      given: { path: "a", diff: "--- a\n+++ a\n@@ -1 +1 @@\n-x\n+y\n" },
      want: [["a", "#--- a", "#+++ a", "@@@ -1 +1 @@", "-x", "+y"]]
    },
    { name: "a command", given: { command: "rm x" }, want: [] },
    { name: "content without a path", given: { content: "x" }, want: [] },
    { name: "numbers for texts", given: { file_path: "a", old_string: 1, new_string: 2, edits: "x" }, want: [] },
    { name: "nothing", given: null, want: [] }
  ])("$name", ({ given, want }) => assert.deepStrictEqual(shown(given), want))
})
