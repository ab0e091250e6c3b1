import { assert, describe, it } from "@effect/vitest"
import { catalog } from "../src/Catalog.ts"
import { defaultTemplates, flattened } from "./fixtures/DefaultTemplates.ts"

const folders = Object.keys(defaultTemplates)
const flat = Object.keys(flattened(defaultTemplates))
const outputsOf = (paths: ReadonlyArray<string>) =>
  catalog(paths).entries.map(({ output, taskType }) => `${taskType}/${output}`).toSorted()

describe("the catalog", () => {
  it("has the files of both kinds", () => {
    assert.deepStrictEqual(catalog(folders).problems, [])
    assert.deepStrictEqual(outputsOf(folders), [
      "code/CLAUDE.md",
      "code/client-config.json",
      "code/coding-guidelines.md",
      "code/container.sh",
      "code/github-guidelines.md",
      "code/hooks-stop.sh",
      "code/mcp-tools.md",
      "code/mcp.json",
      "code/prompt.md",
      "code/settings.json",
      "docs/CLAUDE.md",
      "docs/container.sh",
      "docs/hooks-stop.sh",
      "docs/prompt.md",
      "docs/settings.json"
    ])
  })

  it("is the same for folders and for flattened names", () =>
    assert.deepStrictEqual(outputsOf(flat), outputsOf(folders)))

  it.each([
    { path: "code_hooks_early-test.sh.hbs", output: "code/hooks-early-test.sh" },
    { path: "code/hooks/early_test.sh.hbs", output: "code/hooks-early_test.sh" },
    { path: "docs_hooks_a.b.sh.hbs", output: "docs/hooks-a.b.sh" }
  ])("discovers $path", ({ output, path }) => assert.include(outputsOf([...flat, path]), output))

  it.each([
    { path: "sets/java/code/prompt.md.hbs", set: "java" },
    { path: "sets_java-21_code_prompt.md.hbs", set: "java-21" },
    { path: "sets/java/docs/hooks/x.sh.hbs", set: "java" },
    { path: "sets_java_docs_hooks_x.sh.hbs", set: "java" }
  ])("takes $path for the set $set, beside the usual ones", ({ path, set }) => {
    const found = catalog([...flat, path])
    assert.deepStrictEqual({ problems: found.problems, ignored: found.ignored }, { problems: [], ignored: [] })
    assert.deepStrictEqual(found.entries.filter((entry) => entry.set !== undefined).map((entry) => entry.set), [set])
  })

  it.each(["CLAUDE.md", "claude.md"])("takes %s.hbs for CLAUDE.md", (name) => {
    const renamed = flat.map((path) => (path === "code_claude.md.hbs" ? `code_${name}.hbs` : path))
    assert.deepStrictEqual(catalog(renamed).problems, [])
    assert.deepStrictEqual(outputsOf(renamed), outputsOf(flat))
  })

  it.each(folders.filter((path) => !path.includes("hooks")))("misses %s", (path) => {
    const { problems } = catalog(folders.filter((other) => other !== path))
    assert.deepStrictEqual(problems.map(({ file, reason }) => ({ file, reason })), [{ file: path, reason: "Missing" }])
  })

  it("needs no hooks", () =>
    assert.deepStrictEqual(catalog(folders.filter((path) => !path.includes("hooks"))).problems, []))

  it("names everything that is missing at once", () => assert.strictEqual(catalog([]).problems.length, 13))

  it("refuses two templates for one file of a set, by name", () => {
    const { problems } = catalog([...folders, "sets/a/code/prompt.md.hbs", "sets_a_code_prompt.md.hbs"])
    assert.deepStrictEqual(problems.map(({ reason }) => reason), ["Ambiguous"])
  })

  it("refuses two templates for one file, by name", () => {
    const { problems } = catalog([...folders, "code_container.sh.hbs", "docs_hooks_stop.sh.hbs"])
    assert.deepStrictEqual(problems.map(({ reason }) => reason), ["Ambiguous", "Ambiguous"])
    assert.include(problems.map(({ file, message }) => `${file} ${message}`).join(), "code_container.sh.hbs")
  })

  it.each([
    "code/promt.md.hbs",
    "readme.md.hbs",
    "code/hooks/x.py.hbs",
    "code/hooks/a/b.sh.hbs",
    "pm/prompt.md.hbs",
    "sets/code/prompt.md.hbs",
    "sets/a_b/code/prompt.md.hbs",
    "sets/java/sets/java/code/prompt.md.hbs",
    "sets/../code/prompt.md.hbs",
    "code_hooks_.sh.hbs"
  ])(
    "makes nothing of %s and says so",
    (path) => {
      const found = catalog([...folders, path])
      assert.deepStrictEqual({ problems: found.problems, ignored: found.ignored }, { problems: [], ignored: [path] })
    }
  )
})
