import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { crdFiles } from "@orchestrator/cli/crds/CrdFiles"
import { Effect, FileSystem, Path } from "effect"
import { parseAllDocuments } from "yaml"
import { perform } from "../check/Check.ts"
import { generated, generatedFiles } from "../check/Checks.ts"
import { command } from "../check/Command.ts"
import { formatFinding, formatSummary } from "../check/Report.ts"

const within = Effect.fnUntraced(function*(files: Iterable<readonly [string, string]>) {
  const fs = yield* FileSystem.FileSystem
  const { dirname, join } = yield* Path.Path
  const root = yield* fs.makeTempDirectoryScoped({ prefix: "checks-" })
  for (const [path, text] of files) {
    yield* fs.makeDirectory(join(root, dirname(path)), { recursive: true })
    yield* fs.writeFileString(join(root, path), text)
  }
  return root
})

describe("generated files", () => {
  it.live("that are as they would be now pass", () =>
    Effect.gen(function*() {
      assert.isTrue((yield* perform(generated, yield* within(generatedFiles))).ok)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("that were edited, or are missing, are named", () =>
    Effect.gen(function*() {
      const [[path, text] = ["", ""], ...others] = generatedFiles
      const edited = yield* perform(generated, yield* within([[path, `${text}# edited\n`], ...others]))
      const missing = yield* perform(generated, yield* within(others))
      assert.isFalse(edited.ok)
      assert.isFalse(missing.ok)
      assert.match(edited.words, new RegExp(`^${path} is out of date: npm run generate$`))
      assert.match(missing.words, new RegExp(`^${path} is missing: npm run generate$`))
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it("hold one definition each, and both of them together", () => {
    const names = [...crdFiles.values()].map((text) =>
      parseAllDocuments(text).map((document) => document.getIn(["metadata", "name"]))
    )
    const [code, docs] = ["coderuns.orchestrator.platform", "docsruns.orchestrator.platform"]
    assert.deepStrictEqual(names, [[code], [docs], [code, docs]])
  })
})

describe("a tool", () => {
  const versionOf = (tool: string, args: ReadonlyArray<string>) =>
    Effect.gen(function*() {
      return yield* perform(command("tool", tool, args), yield* within([]))
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))

  it.live("that succeeds has nothing to say", () =>
    Effect.map(versionOf("oxlint", ["--version"]), ({ ok, words }) => assert.deepStrictEqual([ok, words], [true, ""])))

  it.live("that fails is quoted", () =>
    Effect.map(versionOf("oxlint", ["--no-such-option"]), ({ ok, words }) => {
      assert.isFalse(ok)
      assert.include(words, "--no-such-option")
    }))

  it.live("that is not there fails", () =>
    Effect.map(versionOf("no-such-tool", []), ({ ok, words }) => {
      assert.isFalse(ok)
      assert.include(words, "no-such-tool")
    }))
})

describe("the report", () => {
  it.each([
    { finding: { name: "types", ok: true, millis: 1234, words: "" }, text: "ok    types          1.2 s" },
    { finding: { name: "types", ok: true, millis: 49, words: "all" }, text: "ok    types          0.0 s   all" },
    {
      finding: { name: "lint", ok: false, millis: 61_000, words: "\n a\n\n b \n" },
      text: "FAIL  lint          61.0 s\n     a\n\n     b"
    }
  ])("$text", ({ finding, text }) => assert.strictEqual(formatFinding(finding), text))

  it("counts what it leaves out", () => {
    const words = Array.from({ length: 125 }, (_, line) => `${line}`).join("\n")
    const lines = formatFinding({ name: "lint", ok: false, millis: 0, words }).split("\n")
    assert.strictEqual(lines.at(-1), "    ... and 5 more lines")
  })

  it("ends with what failed", () => {
    const finding = (name: string, ok: boolean) => ({ name, ok, millis: 0, words: "" })
    assert.strictEqual(formatSummary([finding("a", true), finding("b", true)], 900), "2 checks in 0.9 s: all passed")
    assert.strictEqual(formatSummary([finding("a", false), finding("b", true)], 900), "2 checks in 0.9 s: a failed")
  })
})
