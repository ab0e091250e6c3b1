import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Exit, FileSystem, Layer, Result } from "effect"
import type { RunInputs } from "../src/kinds/RunTemplates.ts"
import { readTemplates } from "../src/ReadTemplates.ts"
import { filesLimit } from "../src/Renderer.ts"
import type { TemplateError } from "../src/TemplateError.ts"
import { Templates } from "../src/Templates.ts"
import { defaultFolder, defaultTemplates, flattened } from "./fixtures/DefaultTemplates.ts"
import { someCodeInputs, someDocsInputs } from "./fixtures/Runs.ts"

const render = (inputs: RunInputs) => Effect.map(Templates, (templates) => templates.render(inputs))

const rendered = (inputs: RunInputs) => Effect.map(render(inputs), Result.getOrThrow)

const problemsOf = <R>(layer: Layer.Layer<Templates, TemplateError, R>) =>
  Effect.map(Effect.flip(Effect.scoped(Layer.build(layer))), ({ problems }) => problems)

/** A ConfigMap as the kubelet mounts it: files are symlinks through `..data`, which is one as well. */
const mounted = Effect.gen(function*() {
  const files = yield* FileSystem.FileSystem
  const folder = yield* files.makeTempDirectoryScoped()
  yield* files.makeDirectory(`${folder}/..2026_01_01`)
  yield* files.symlink("..2026_01_01", `${folder}/..data`)
  for (const [name, text] of Object.entries(flattened(defaultTemplates))) {
    yield* files.writeFileString(`${folder}/..2026_01_01/${name}`, text)
    yield* files.symlink(`..data/${name}`, `${folder}/${name}`)
  }
  return folder
})

describe("a set of templates", () => {
  const layer = Templates.layerMemory({
    ...defaultTemplates,
    "sets/quiet/code/prompt.md.hbs": "Be quiet about {{service}}.\n",
    "sets_quiet_code_hooks_more.sh.hbs": "#!/bin/bash\nexit 0\n"
  })
  const files = (set?: string) =>
    Effect.map(Templates, (templates) => Result.getOrThrow(templates.render(someCodeInputs(), set)))

  it.effect("takes the place of the usual ones, and leaves the others", () =>
    Effect.gen(function*() {
      const [usual, quiet] = [yield* files(), yield* files("quiet")]
      assert.match(quiet["prompt.md"] ?? "", /^Be quiet about /)
      assert.notMatch(usual["prompt.md"] ?? "", /^Be quiet/)
      assert.deepStrictEqual(
        Object.keys(quiet).toSorted(),
        [...Object.keys(usual), "hooks-more.sh"].toSorted()
      )
      assert.strictEqual(quiet["settings.json"], usual["settings.json"])
    }).pipe(Effect.provide(layer)))

  it.effect("that is not there makes no files", () =>
    Effect.gen(function*() {
      const { render } = yield* Templates
      const found = render(someCodeInputs(), "loud")
      assert.deepStrictEqual(
        Result.isFailure(found) ? found.failure.problems.map(({ file, reason }) => [file, reason]) : [],
        [["sets/loud/", "Missing"]]
      )
    }).pipe(Effect.provide(layer)))

  it.effect("that a profile needs and that is not there stops the start", () =>
    Effect.gen(function*() {
      const problems = yield* problemsOf(Templates.layerWith({ path: defaultFolder, sets: ["loud"] }))
      assert.deepStrictEqual(problems.map(({ file, reason }) => [file, reason]), [["sets/loud/", "Missing"]])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.effect("is checked as the usual ones are", () =>
    Effect.gen(function*() {
      const problems = yield* problemsOf(
        Templates.layerMemory({ ...defaultTemplates, "sets/a/code/prompt.md.hbs": "x {{nothing}}" })
      )
      assert.deepStrictEqual(problems.map(({ file }) => file), ["sets/a/code/prompt.md.hbs"])
    }))
})

describe("templates", () => {
  it.effect("are the same from folders, from a mounted ConfigMap, and from memory", () =>
    Effect.gen(function*() {
      const folder = yield* mounted
      const layers = [
        Templates.layerWith({ path: defaultFolder }),
        Templates.layerWith({ path: folder }),
        Templates.layerMemory(defaultTemplates),
        Templates.layerMemory(flattened(defaultTemplates))
      ]
      for (const inputs of [someCodeInputs(), someDocsInputs()]) {
        const [first, ...others] = yield* Effect.forEach(layers, (layer) => Effect.provide(rendered(inputs), layer))
        for (const other of others) assert.deepStrictEqual(other, first)
      }
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer)))

  it.effect("leave the folders aside through which a ConfigMap is mounted", () =>
    Effect.gen(function*() {
      const files = yield* readTemplates(yield* mounted)
      assert.sameMembers(Object.keys(files), Object.keys(flattened(defaultTemplates)))
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer)))

  it.effect("come from the folder that CLAUDE_TEMPLATES_PATH names", () =>
    Effect.gen(function*() {
      const files = yield* rendered(someDocsInputs())
      assert.sameMembers(Object.keys(files), [
        "container.sh",
        "CLAUDE.md",
        "settings.json",
        "prompt.md",
        "hooks-stop.sh"
      ])
    }).pipe(
      Effect.provide(
        Templates.layer.pipe(
          Layer.provide([
            NodeFileSystem.layer,
            ConfigProvider.layer(ConfigProvider.fromUnknown({ CLAUDE_TEMPLATES_PATH: defaultFolder }))
          ])
        )
      )
    ))

  it.effect("do not start from a folder that is not there", () =>
    Effect.gen(function*() {
      const problems = yield* problemsOf(Templates.layerWith({ path: "/nowhere/templates" }))
      assert.deepStrictEqual(problems.map(({ file, reason }) => [file, reason]), [["/nowhere/templates", "Missing"]])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.effect("do not start from a file in place of the folder", () =>
    Effect.gen(function*() {
      const path = `${defaultFolder}/code/prompt.md.hbs`
      const problems = yield* problemsOf(Templates.layerWith({ path }))
      assert.deepStrictEqual(problems.map(({ file, reason }) => [file, reason]), [[path, "Unreadable"]])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.effect("do not start from a file that cannot be read, and name it", () =>
    Effect.gen(function*() {
      const folder = yield* mounted
      const files = yield* FileSystem.FileSystem
      yield* files.remove(`${folder}/..2026_01_01/code_prompt.md.hbs`)
      const problems = yield* problemsOf(Templates.layerWith({ path: folder }))
      assert.deepStrictEqual(problems.map(({ file, reason }) => [file, reason]), [["code_prompt.md.hbs", "Missing"]])
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer)))

  it.effect("do not start with anything wrong, and say all of it with file and line", () =>
    Effect.gen(function*() {
      const { "docs/prompt.md.hbs": _, ...others } = defaultTemplates
      const problems = yield* problemsOf(Templates.layerMemory({
        ...others,
        "code/prompt.md.hbs": "# Task\n{{servce}}\n",
        "code/hooks/x.sh.hbs": "\neval {{service}}\n",
        "code/mcp.json.hbs": "{\n  \"a\": {{service}},\n}",
        "docs/claude.md.hbs": "{{#if model}}"
      }))
      assert.sameDeepMembers(problems.map(({ file, line, reason }) => ({ file, line, reason })), [
        { file: "docs/prompt.md.hbs", line: undefined, reason: "Missing" },
        { file: "code/prompt.md.hbs", line: 2, reason: "UnknownInput" },
        { file: "code/hooks/x.sh.hbs", line: 2, reason: "Placement" },
        { file: "code/mcp.json.hbs", line: undefined, reason: "InvalidJson" },
        { file: "docs/claude.md.hbs", line: 1, reason: "Syntax" }
      ])
    }))

  it.effect.each([
    { name: "an input", prompt: "{{service}}: do it" },
    { name: "an input behind a comment", prompt: "{{! x }}{{service}}: do it" },
    { name: "a condition", prompt: "{{#if service}}a{{/if}} b" },
    { name: "/", prompt: "/clear {{service}}" },
    { name: "nothing", prompt: "" }
  ])("do not start with a prompt that begins with $name", ({ prompt }) =>
    Effect.gen(function*() {
      const problems = yield* problemsOf(Templates.layerMemory({ ...defaultTemplates, "code/prompt.md.hbs": prompt }))
      assert.deepStrictEqual(problems.map(({ file, reason }) => [file, reason]), [["code/prompt.md.hbs", "Placement"]])
    }))

  it.effect("stop a run whose files do not fit in a ConfigMap, naming the biggest", () =>
    Effect.gen(function*() {
      const fits = yield* rendered(someCodeInputs())
      const size = Object.entries(fits).reduce(
        (sum, [key, text]) => sum + new TextEncoder().encode(key + text).length,
        0
      )
      const withRoom = (extra: number) => ({
        ...defaultTemplates,
        "code/coding-guidelines.md.hbs": "é".repeat(extra / 2) +
          (defaultTemplates["code/coding-guidelines.md.hbs"] ?? "")
      })
      const room = filesLimit - size - ((filesLimit - size) % 2)
      const exact = yield* Effect.provide(render(someCodeInputs()), Templates.layerMemory(withRoom(room)))
      const over = yield* Effect.provide(render(someCodeInputs()), Templates.layerMemory(withRoom(room + 2)))
      assert.isTrue(Result.isSuccess(exact))
      assert.isTrue(Result.isFailure(over))
      if (Result.isFailure(over)) {
        assert.deepStrictEqual(over.failure.problems.map(({ file, reason }) => [file, reason]), [[
          "code/coding-guidelines.md",
          "TooLarge"
        ]])
        assert.strictEqual(over.failure.operation, "render")
      }
    }).pipe(Effect.provide(Templates.layerMemory(defaultTemplates))))

  it.effect("start with files that make no output", () =>
    Effect.gen(function*() {
      const exit = yield* Effect.exit(
        Effect.scoped(Layer.build(Templates.layerMemory({ ...defaultTemplates, "notes.hbs": "{{x}}" })))
      )
      assert.isTrue(Exit.isSuccess(exit))
    }))
})
