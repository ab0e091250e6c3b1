import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { foldedFiles, readPatch } from "../../../src/show/diff/GitPatch.ts"
import { patchLines } from "../../../src/show/diff/Hunks.ts"

const only = (patch: string) => {
  const [file] = readPatch(patch).files
  if (file === undefined) throw new Error("expected a file")
  return file
}

describe("a patch that git made", () => {
  const folder = mkdtempSync(join(tmpdir(), "patch-"))
  const git = (...args: ReadonlyArray<string>) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "core.quotePath=true", ...args], {
      cwd: folder,
      encoding: "utf8"
    })
  const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content)
  const long = Array.from({ length: 30 }, (_, index) => `line ${index}`).join("\n")
  git("init", "-q", "-b", "main")
  mkdirSync(join(folder, "a b"))
  write("kept.txt", "one\ntwo\nthree\n")
  write("gone.txt", "--- a/not-a-header\n+++ b/nor-this\n")
  write("a b/run me.sh", "#!/bin/sh\n")
  write("old name.txt", long)
  write("picture.png", new Uint8Array([0, 1, 2, 3, 255]))
  write("ende", "no line break")
  git("add", "-A")
  git("commit", "-qm", "before")
  write("kept.txt", "one\ntwo and a half\nthree\n")
  rmSync(join(folder, "gone.txt"))
  chmodSync(join(folder, "a b/run me.sh"), 0o755)
  renameSync(join(folder, "old name.txt"), join(folder, "new name.txt"))
  write("new name.txt", `${long}\nmore`)
  write("picture.png", new Uint8Array([0, 1, 2, 4, 255]))
  write("ende", "no line break at all")
  write("grün \"und\" \ttab.txt", "diff --git a/x b/x\n@@ -1 +1 @@\n")
  write("leer", "")
  git("add", "-A")
  const patch = readPatch(git("diff", "--cached", "--full-index", "--binary", "-M"))
  rmSync(folder, { recursive: true })
  const file = (path: string) => {
    const found = patch.files.find((each) => each.path === path)
    if (found === undefined) {
      throw new Error(`expected ${path}, found ${patch.files.map((each) => each.path).join(", ")}`)
    }
    return found
  }

  it("has each file once, in git's order", () => {
    assert.deepStrictEqual(patch.files.map(({ change, path }) => `${change} ${path}`), [
      "modified a b/run me.sh",
      "modified ende",
      "deleted gone.txt",
      "added grün \"und\" \ttab.txt",
      "modified kept.txt",
      "added leer",
      "renamed new name.txt",
      "modified picture.png"
    ])
  })

  it("counts lines, of which some look like headers", () => {
    assert.deepInclude(file("gone.txt"), { added: 0, removed: 2 })
    assert.deepInclude(file("grün \"und\" \ttab.txt"), { added: 2, removed: 0, isCut: false })
    assert.deepInclude(file("kept.txt"), { added: 1, removed: 1 })
  })

  it("tells modes, former names and binary content", () => {
    assert.deepInclude(file("a b/run me.sh"), { modeBefore: "100644", modeAfter: "100755", lines: 0 })
    assert.deepInclude(file("new name.txt"), { from: "old name.txt" })
    assert.isAbove(file("new name.txt").similarity ?? 0, 80)
    assert.deepInclude(file("picture.png"), { isBinary: true, body: "", added: 0 })
  })

  it("has lines with their numbers on both sides", () => {
    assert.deepStrictEqual(patchLines(file("kept.txt").body), [
      { kind: "hunk", text: "@@ -1,3 +1,3 @@" },
      { kind: "context", text: "one", before: 1, after: 1 },
      { kind: "removed", text: "two", before: 2 },
      { kind: "added", text: "two and a half", after: 2 },
      { kind: "context", text: "three", before: 3, after: 3 }
    ])
    assert.deepStrictEqual(patchLines(file("ende").body).map(({ kind }) => kind), [
      "hunk",
      "removed",
      "note",
      "added",
      "note"
    ])
  })
})

describe("a merge's patch", () => {
  it("counts the lines of each parent", () => {
    const file = only(
      "diff --cc src/a.ts\nindex 1,2..3\n--- a/src/a.ts\n+++ b/src/a.ts\n@@@ -1,2 -1,2 +1,3 @@@\n  one\n- two\n -deux\n++both\n+ other\n"
    )
    assert.deepInclude(file, { path: "src/a.ts", added: 2, removed: 2, isCut: false })
    assert.deepStrictEqual(patchLines(file.body).map(({ kind, text }) => `${kind} ${text}`).slice(1), [
      "context one",
      "removed two",
      "removed deux",
      "added both",
      "added other"
    ])
  })
})

describe("files that are shown at once", () => {
  const patchOf = (files: ReadonlyArray<readonly [string, number]>) =>
    readPatch(
      files.map(([name, lines]) =>
        `diff --git a/${name} b/${name}\n--- a/${name}\n+++ b/${name}\n@@ -0,0 +1,${lines} @@\n${"+x\n".repeat(lines)}`
      ).join("")
    ).files

  it("are neither long nor written by tools, and not too many together", () => {
    const files = patchOf([["a", 10], ["long", 5000], ["web/package-lock.json", 3]])
    assert.deepStrictEqual(foldedFiles(files), [false, true, true])
    const many = foldedFiles(patchOf(Array.from({ length: 20 }, (_, index) => [`f${index}`, 300] as const)))
    assert.strictEqual(many.indexOf(true), 9)
  })
})
