import { assert, describe, it } from "@effect/vitest"
import { runKindProblems } from "../check/RunKinds.ts"

const path = "packages/controller/src/decide/Example.ts"

describe("a kind of run", () => {
  it.each([
    ["compared with", "if (run.kind === \"CodeRun\") return", "CodeRun"],
    ["listed", "for (const kind of [\"CodeRun\", \"DocsRun\"] as const) {", "CodeRun"],
    ["part of a type", "readonly kind: \"DocsRun\" | \"OtherRun\"", "DocsRun"],
    ["the key of a table", "  DocsRun: \"create it again\",", "DocsRun"],
    ["a property", "stores.runs.CodeRun.size()", "CodeRun"],
    ["recognized by its resource", "const allowed = resource === \"docsruns\"", "docsruns"],
    ["recognized by its path", "linksOf(\"code-runs\", name)", "code-runs"],
    ["compared with, by the task type of its pod", "values.taskType === \"docs\" ? documents : implementation", "docs"],
    ["compared with, by the type of its task", "if (\"code\" === settings.task.type) return", "code"],
    ["compared with, by the task type of its templates", "inputs.task_type !== \"code\"", "code"],
    ["looked for by its task type", "switch (run.taskType) {", "switch"]
  ])("is not %s by its name", (_, line, name) => {
    assert.deepStrictEqual(runKindProblems([{ path, text: `\n${line}\n` }]), [
      `${path}:2 names ${name}: ask the RunKind, or move what is this kind's into kinds/`
    ])
  })

  it.each([
    ["in its folder", "packages/controller/src/kinds/CodeRunKind.ts", "const kind = \"CodeRun\""],
    ["in its schema", "packages/domain/src/DocsRun.ts", "kind: Schema.Literal(\"DocsRun\")"],
    ["in a test", "packages/http/test/Example.test.ts", "kind: \"CodeRun\""],
    ["in a comment", path, "/** A CodeRun: retried by contextVersion. */"],
    ["in a sentence", path, "const hint = \"create another DocsRun\""],
    ["as the part of a repository", path, "const url = role === \"docs\" ? docsUrl : targetUrl"],
    ["in the name of a module", path, "import { CodeRun } from \"@orchestrator/domain/CodeRun\""]
  ])("may be named %s", (_, place, line) => {
    assert.deepStrictEqual(runKindProblems([{ path: place, text: line }]), [])
  })
})
