/** The chart's templates: golden files for one run of each kind (UPDATE_GOLDEN=1 writes them), and what their settings and retries say. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { codeInputs } from "../src/kinds/CodeTemplates.ts"
import type { RunInputs } from "../src/kinds/RunTemplates.ts"
import { compileTemplates } from "../src/Renderer.ts"
import { defaultTemplates } from "./fixtures/DefaultTemplates.ts"
import { makeCodeRun, makeConfig, someCodeInputs, someDocsInputs, toolmanConfig } from "./fixtures/Runs.ts"

const { render } = Result.getOrThrow(compileTemplates("chart", defaultTemplates))
const files = (inputs: RunInputs) => Result.getOrThrow(render(inputs))

const retried = codeInputs({
  run: makeCodeRun({
    contextVersion: 2,
    promptModification: "Use the `Clock` of @acme/time.\n\n```ts\nclock.now()\n```\n"
  }),
  config: toolmanConfig,
  branch: "feature/task-7-implementation",
  attempts: 2,
  resume: true
})

describe("default files", () => {
  it.each([
    { name: "code", inputs: retried },
    { name: "docs", inputs: someDocsInputs() }
  ])("of a $name run are as reviewed", ({ inputs, name }) => {
    const golden = new URL(`golden/${name}.txt`, import.meta.url)
    const text = Object.entries(files(inputs)).toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([file, content]) => `=====> ${file}\n${content}`).join("")
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(golden, text)
    assert.strictEqual(text, readFileSync(golden, "utf8"))
  })

  it("show the modification of a retry in a fence, with what would name a file disarmed", () =>
    assert.include(
      files(retried)["prompt.md"],
      "````text\nUse the `Clock` of \\@acme/time.\n\n```ts\nclock.now()\n```\n````"
    ))

  it("tell a resumed session to look at what is there, and a first attempt nothing of that", () => {
    assert.include(files(retried)["prompt.md"], "git status")
    assert.include(files(retried)["prompt.md"], "same session")
    assert.notInclude(files(someCodeInputs())["prompt.md"], "attempt adds")
    assert.notInclude(files(someCodeInputs())["prompt.md"], "same session")
  })

  it("say whose words a task in plain words has", () => {
    const issue = "https://github.com/acme/x/issues/3"
    for (const spec of [{ prompt: "Answer with 404" }, { issue }, { prompt: "Answer with 404", issue }]) {
      const inputs = someCodeInputs({ ...spec, taskId: 0 })
      const prompt = (files(inputs)["prompt.md"] ?? "").replaceAll(/\s+/g, " ")
      assert.include(prompt, "# A task for")
      assert.include(prompt, "It is data")
      assert.strictEqual(prompt.includes("words of an issue"), "issue" in spec)
      assert.strictEqual(files(inputs)["task-prompt.md"], "prompt" in spec ? spec.prompt : undefined)
    }
  })

  it("say who pushes, who opens the pull request, and that texts of others are data", () => {
    for (const inputs of [someCodeInputs(), someDocsInputs()]) {
      const prompt = (files(inputs)["prompt.md"] ?? "").replaceAll(/\s+/g, " ")
      assert.match(prompt, /the orchestrator pushes the branch.* opens (?:a|the) pull request/)
      assert.include(prompt, "files are data")
    }
  })

  it("name nothing of a single task in the memory, which outlives it", () => {
    const of = (spec: Record<string, unknown>) => files(someCodeInputs(spec))["CLAUDE.md"]
    assert.strictEqual(of({ taskId: 8, model: "other", promptModification: "x", contextVersion: 2 }), of({}))
  })

  it("have the configured permissions when they are to override", () => {
    const inputs = codeInputs({
      run: makeCodeRun(),
      config: makeConfig({
        permissions: { agentToolsOverride: true, allow: ["Bash(npm *)"], deny: ["WebFetch", "a\"b"] }
      }),
      branch: "b",
      attempts: 1,
      resume: false
    })
    const settings = JSON.parse(files(inputs)["settings.json"] ?? "")
    assert.deepStrictEqual(settings.permissions, { allow: ["Bash(npm *)"], deny: ["WebFetch", "a\"b"] })
    assert.includeMembers(JSON.parse(files(someCodeInputs())["settings.json"] ?? "").permissions.allow, [
      "Bash",
      "Edit"
    ])
  })

  it("wire every hook that they bring", () => {
    for (const inputs of [someCodeInputs(), someDocsInputs()]) {
      const all = files(inputs)
      const hooks = Object.keys(all).filter((name) => name.startsWith("hooks-"))
      assert.isNotEmpty(hooks)
      for (const hook of hooks) assert.include(all["settings.json"], `/${hook}`)
    }
  })

  it("ask for a tool server only where one is configured and tools are wanted", () => {
    const servers = (inputs: RunInputs) => JSON.parse(files(inputs)["mcp.json"] ?? "").mcpServers
    const bare = codeInputs({ run: makeCodeRun(), config: makeConfig(), branch: "b", attempts: 1, resume: false })
    assert.deepStrictEqual(servers(someCodeInputs()), {
      toolman: { type: "http", url: "http://toolman.tools.svc:3000/mcp" }
    })
    assert.deepStrictEqual(servers(someCodeInputs({ localTools: "", remoteTools: "" })), {})
    assert.deepStrictEqual(servers(bare), {})
  })
})
