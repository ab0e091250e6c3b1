import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { readPatch } from "../../../src/show/diff/GitPatch.ts"
import { patchLines } from "../../../src/show/diff/Hunks.ts"
import { headerNames, nameOf } from "../../../src/show/diff/PatchNames.ts"

const header = "diff --git a/x b/x\n--- a/x\n+++ b/x\n"

describe("a patch that wants to mislead", () => {
  it.each([
    ["nothing", ""],
    ["no patch at all", "<script>alert(1)</script>\n".repeat(3)],
    ["an empty header", "diff --git \n"],
    ["a header without a second name", "diff --git a/x\n"],
    ["a hunk that promises a billion lines", `${header}@@ -1,999999999 +1,999999999 @@\n x\n`],
    ["a hunk with a number beyond all", `${header}@@ -1,99999999999999999999 +1 @@\n x\n`],
    ["a quote that does not end", "diff --git \"a/x b/x\n--- \"a/x\n"],
    ["an escape that does not end", "diff --git \"a/\\\" \"b/\\7\"\n"]
  ])("is read without a failure: %s", (_, text) => {
    for (const { body } of readPatch(text).files) patchLines(body)
  })

  it("cannot end a file by a line of its content", () => {
    const patch = readPatch(
      `${header}@@ -0,0 +1,3 @@\n+diff --git a/evil b/evil\n+@@ -1 +1 @@\n+rename to /etc/passwd\ndiff --git a/y b/y\n`
    )
    assert.deepStrictEqual(patch.files.map(({ added, path }) => [path, added]), [["x", 3], ["y", 0]])
  })

  it("cannot hide what follows a hunk that has less than it says", () => {
    const patch = readPatch(`${header}@@ -1,5 +1,5 @@\n a\ndiff --git a/y b/y\n--- a/y\n+++ b/y\n@@ -0,0 +1 @@\n+b\n`)
    assert.deepStrictEqual(patch.files.map(({ added, isCut, path }) => [path, added, isCut]), [
      ["x", 0, true],
      ["y", 1, false]
    ])
  })

  it("is read with lines of a megabyte, in a moment", { timeout: 5000 }, () => {
    const line = "x".repeat(1_048_576)
    const patch = readPatch(`${header}@@ -1,2 +1,2 @@\n-${line}\n-${"\"\\".repeat(500_000)}\n+${line}\n+y\n`)
    assert.deepInclude(patch.files[0], { added: 2, removed: 2, isCut: false })
    assert.strictEqual(patchLines(patch.files[0]?.body ?? "")[1]?.text.length, line.length)
  })

  it("is read with a hundred thousand files, in a moment", { timeout: 5000 }, () => {
    assert.strictEqual(readPatch(header.repeat(100_000)).files.length, 100_000)
  })

  it("says that its rest is left out", () => {
    const patch = readPatch(
      `${header}@@ -1,9 +1,9 @@\n a\n+half of a li\n# The rest is left out: a patch is kept up to 16 MiB.\n`
    )
    assert.match(patch.note ?? "", /left out/)
    assert.isTrue(patch.files[0]?.isCut)
    assert.notInclude(patch.files[0]?.body, "left out")
  })

  it("never says more lines than it has, whatever it is", () => {
    const word = fc.constantFrom(
      "diff --git a/x b/x",
      "@@ -1,2 +1,2 @@",
      "+a",
      "-b",
      " c",
      "",
      "\\ No newline",
      "GIT binary patch",
      "# x"
    )
    fc.assert(fc.property(fc.array(word), (lines) => {
      const { files } = readPatch(lines.join("\n"))
      const told = files.reduce((sum, file) => sum + file.added + file.removed, 0)
      assert.isAtMost(told, lines.filter((line) => /^[+-]/.test(line)).length)
      for (const file of files) {
        const shown = patchLines(file.body).filter(({ kind }) => kind === "added" || kind === "removed")
        assert.strictEqual(shown.length, file.added + file.removed)
      }
    }))
  })
})

describe("a name in a patch", () => {
  it.each<readonly [string, string]>([
    ["a/plain", "a/plain"],
    ["\"a/\\303\\244\\t\\\\\\\"\"", "a/ä\t\\\""],
    ["with blanks\t", "with blanks"],
    ["\"\\377\\376\"", "\ufffd\ufffd"]
  ])("%j is %j", (given, want) => assert.strictEqual(nameOf(given), want))

  it.each<readonly [string, string | undefined, string | undefined]>([
    ["a/x y b/x y", "x y", "x y"],
    ["a/ b/ b/ b/", " b/", " b/"],
    ["\"a/\\303\\244\" b/plain", "ä", "plain"],
    ["a/plain \"b/\\303\\244\"", "plain", "ä"],
    ["nothing", undefined, undefined]
  ])("%j names both sides", (given, from, to) => {
    const names = headerNames(given)
    assert.deepStrictEqual([names?.from, names?.to], [from, to])
  })
})
