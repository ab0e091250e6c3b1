import { assert, describe, it } from "@effect/vitest"
import { patchLines } from "../../../src/show/diff/Hunks.ts"
import { changedLines, type PatchLine } from "../../../src/show/transcript/PatchLines.ts"

const brief = ({ after, before, kind, text }: PatchLine) => [kind, before, after, text]

describe("lines of a patch", () => {
  it("are what they are, with their numbers", () => {
    const patch = [
      "diff --git a/x b/x",
      "--- a/x",
      "+++ b/x",
      "@@ -3,3 +3,4 @@ function x() {",
      " same",
      "-old",
      "+new",
      "++ plus",
      " end",
      "\\ No newline at end of file",
      ""
    ].join("\n")
    assert.deepStrictEqual(patchLines(patch).map(brief), [
      ["note", undefined, undefined, "diff --git a/x b/x"],
      ["note", undefined, undefined, "--- a/x"],
      ["note", undefined, undefined, "+++ b/x"],
      ["hunk", undefined, undefined, "@@ -3,3 +3,4 @@ function x() {"],
      ["context", 3, 3, "same"],
      ["removed", 4, undefined, "old"],
      ["added", undefined, 4, "new"],
      ["added", undefined, 5, "+ plus"],
      ["context", 5, 6, "end"],
      ["note", undefined, undefined, "\\ No newline at end of file"]
    ])
  })

  it("that look like headers are lines of their hunk", () => {
    const patch = "@@ -1,2 +1,2 @@\n--- a removed comment\n-@@ -1 +1 @@\n+++ an added one\n+diff --git\n"
    assert.deepStrictEqual(patchLines(patch).map(({ kind }) => kind), ["hunk", "removed", "removed", "added", "added"])
  })

  it("of a hunk of one line, and of an empty line whose mark was cut", () => {
    assert.deepStrictEqual(patchLines("@@ -1 +1 @@\n-a\n+b").map(({ kind }) => kind), ["hunk", "removed", "added"])
    assert.deepStrictEqual(patchLines("@@ -1,2 +1,2 @@\n\n a").map(({ kind }) => kind), ["hunk", "context", "context"])
  })

  it("that are none are notes", () => {
    assert.deepStrictEqual(patchLines(""), [])
    assert.deepStrictEqual(patchLines("Binary files a/x and b/x differ\n").map(brief), [
      ["note", undefined, undefined, "Binary files a/x and b/x differ"]
    ])
  })
})

describe("what changes one text into another", () => {
  it.each([
    { name: "one line", before: "a\nb\nc\n", after: "a\nB\nc\n", want: [" a", "-b", "+B", " c"] },
    { name: "a new file", before: "", after: "a\nb", want: ["+a", "+b"] },
    { name: "all of it gone", before: "a\nb", after: "", want: ["-a", "-b"] },
    { name: "nothing", before: "a", after: "a", want: [" a"] },
    { name: "repeated lines", before: "a\na", after: "a\na\na", want: [" a", " a", "+a"] },
    {
      name: "three lines of context, no more",
      before: "1\n2\n3\n4\nx\n5\n6\n7\n8",
      after: "1\n2\n3\n4\ny\n5\n6\n7\n8",
      want: [" 2", " 3", " 4", "-x", "+y", " 5", " 6", " 7"]
    }
  ])("$name", ({ after, before, want }) => {
    const marks = { added: "+", removed: "-", context: " ", hunk: "@", note: "#" }
    assert.deepStrictEqual(changedLines(before, after).map(({ kind, text }) => `${marks[kind]}${text}`), want)
  })
})
