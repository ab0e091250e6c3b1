import { assert, describe, it } from "@effect/vitest"
import { NewCodeRun } from "@orchestrator/http/contract/kinds/CodeRuns"
import { NewDocsRun } from "@orchestrator/http/contract/kinds/DocsRuns"
import { Schema } from "effect"
import { codeTaskForm } from "../../src/kinds/CodeTaskForm.ts"
import { docsTaskForm } from "../../src/kinds/DocsTaskForm.ts"
import { taskForms } from "../../src/kinds/TaskForms.ts"
import { fieldErrors } from "../../src/show/task/FieldErrors.ts"
import { draftOfAddress, keptDraft, readKept } from "../../src/show/task/KeptDraft.ts"
import { submissionOf } from "../../src/show/task/Submission.ts"
import { type Draft, draftOf, emptyDraft, fieldsOf, requestOf, unfilled } from "../../src/show/task/TaskForm.ts"

const strict = { errors: "all", onExcessProperty: "error" } as const

const whole = {
  prompt: "Answer 404\nwith a body",
  service: "payments",
  repositoryUrl: "https://github.com/example/payments",
  githubUser: "octocat",
  workingDirectory: "app",
  model: "claude-sonnet-4-5",
  profile: "large",
  image: "ghcr.io/example/agent:1",
  setup: "scripts/setup.sh",
  resources: { requests: { cpu: "500m" }, limits: { cpu: "2", memory: "8Gi" } },
  maxCostUsd: 2.5,
  maxTurns: 40,
  timeoutSeconds: 1800,
  dependsOn: ["first", "second"],
  dependsOnMerged: true,
  priority: "high",
  suspend: true,
  continueSession: true,
  overwriteMemory: true,
  localTools: "a,b",
  remoteTools: "c",
  repositories: [
    { url: "https://github.com/example/shared" },
    { url: "https://github.com/example/shared", branch: "main", name: "main-shared" },
    { url: "git@github.com:example/other", name: "other-folder" }
  ],
  env: { LEVEL: "debug", FORMULA: "a=b=c", EMPTY: "" },
  envFromSecrets: [{ name: "TOKEN", secretName: "service-keys", secretKey: "token" }]
}

describe("a form of a kind of runs", () => {
  it.each(taskForms.map((form) => [form.kind, form] as const))(
    "%s has a label and a text of help for every field",
    (_, form) => {
      for (const { help, label, path } of fieldsOf(form)) assert.isTrue(label !== "" && (help ?? "") !== "", path)
      assert.strictEqual(new Set(fieldsOf(form).map(({ path }) => path)).size, fieldsOf(form).length)
    }
  )

  it("has a field for everything that a request may have", () => {
    const steps = (form: typeof codeTaskForm) => new Set(fieldsOf(form).map(({ path }) => path.split(".")[0]))
    const ofCode = Object.keys(NewCodeRun.fields.spec.fields).filter((name) => !steps(codeTaskForm).has(name))
    const ofDocs = Object.keys(NewDocsRun.fields.spec.fields).filter((name) => !steps(docsTaskForm).has(name))
    assert.deepStrictEqual(ofCode.toSorted(), [
      "cancel",
      "cancelVersion",
      "contextVersion",
      "promptModification"
    ])
    assert.deepStrictEqual(ofDocs.toSorted(), ["cancel"])
  })

  it("asks for what it was filled from", () => {
    assert.deepStrictEqual(requestOf(codeTaskForm, draftOf(codeTaskForm, whole)), { spec: whole })
    Schema.decodeUnknownSync(NewCodeRun, strict)({ spec: whole })
  })

  it.each([
    ["task", { taskId: 7, docsRepositoryUrl: "https://github.com/example/docs", docsBranch: "main" }],
    ["issue", { issue: "https://github.com/example/payments/issues/3" }],
    ["prompt", { prompt: "Do it" }]
  ])("knows how it was said what to do: %s", (way, spec) => {
    const draft = draftOf(codeTaskForm, spec)
    assert.strictEqual(draft.way, way)
    assert.deepStrictEqual(requestOf(codeTaskForm, draft), { spec })
  })

  it("leaves out what belongs to another way of saying it", () => {
    const draft: Draft = {
      kind: "CodeRun",
      way: "issue",
      texts: { prompt: "Do it", issue: " https://x/y/z/issues/1 " }
    }
    assert.deepStrictEqual(requestOf(codeTaskForm, draft), { spec: { issue: "https://x/y/z/issues/1" } })
  })

  it("says what is to be filled in", () => {
    assert.deepStrictEqual(unfilled(docsTaskForm, emptyDraft(docsTaskForm)).map(({ path }) => path), [
      "repositoryUrl",
      "workingDirectory",
      "sourceBranch",
      "githubUser"
    ])
    assert.deepStrictEqual(unfilled(codeTaskForm, draftOf(codeTaskForm, whole)), [])
  })

  it("sends what is no number as it is, for the server's words", () => {
    const draft: Draft = { kind: "CodeRun", way: "prompt", texts: { maxTurns: "many", maxCostUsd: " 1.50 " } }
    assert.deepStrictEqual(requestOf(codeTaskForm, draft), { spec: { maxTurns: "many", maxCostUsd: 1.5 } })
  })

  it("keeps the name beside the spec", () => {
    const draft: Draft = { kind: "DocsRun", way: "", texts: { name: "mine" } }
    assert.deepStrictEqual(requestOf(docsTaskForm, draft), { name: "mine", spec: {} })
  })
})

describe("faults of a request", () => {
  const draft = emptyDraft(codeTaskForm)
  const at = (path: string, found = "\"x\"") => ({ path, expected: "a value", found })

  it("are at their fields, with the line of those that have several", () => {
    const { byField, others } = fieldErrors(codeTaskForm, draft, [
      at("spec.repositoryUrl", "nothing"),
      at("spec.env.PATH"),
      at("spec.envFromSecrets[1].secretKey"),
      at("spec.resources.limits.cpu"),
      at("name"),
      at("spec"),
      at("spec.docsRepositoryUrl")
    ])
    assert.deepStrictEqual([...byField], [
      ["repositoryUrl", "Expected a value."],
      ["env", "PATH: expected a value, found \"x\"."],
      ["envFromSecrets", "Line 2, secretKey: expected a value, found \"x\"."],
      ["resources.limits", "Cpu: expected a value, found \"x\"."],
      ["name", "Expected a value, found \"x\"."]
    ])
    assert.deepStrictEqual(others, [
      "spec: Expected a value, found \"x\".",
      "spec.docsRepositoryUrl: Expected a value, found \"x\"."
    ])
  })
})

describe("a draft that is kept", () => {
  it("comes back as it was, but for what may be secret", () => {
    const draft = draftOf(codeTaskForm, { ...whole, repositoryUrl: "https://user:not-a-real-password@host/a/b" })
    const back = readKept(taskForms, keptDraft(codeTaskForm, draft))
    assert.strictEqual(back?.texts["env"], "LEVEL=\nFORMULA=\nEMPTY=")
    assert.strictEqual(back?.texts["repositoryUrl"], "https://host/a/b")
    assert.deepStrictEqual({ ...back?.texts, env: "", repositoryUrl: "" }, {
      ...draft.texts,
      env: "",
      repositoryUrl: ""
    })
  })

  it.each([
    ["nothing", null],
    ["no JSON", "{"],
    ["another thing", "[1]"],
    ["an unknown kind", JSON.stringify({ kind: "constructor", texts: {} })],
    ["texts that are none", JSON.stringify({ kind: "CodeRun", texts: 7 })]
  ])("is none where there is %s", (_, kept) => assert.isUndefined(readKept(taskForms, kept)))

  it("has only texts of known fields", () => {
    const kept = JSON.stringify({
      kind: "CodeRun",
      way: "none",
      texts: { service: { a: 1 }, __proto__: "x", prompt: "p", other: "o" }
    })
    assert.deepStrictEqual(readKept(taskForms, kept), { kind: "CodeRun", way: "prompt", texts: { prompt: "p" } })
  })
})

describe("a draft of an address", () => {
  it("has what the address says of known fields", () => {
    const query = new URLSearchParams("service=payments&taskId=7&cancel=true&nothing=1")
    assert.deepStrictEqual(draftOfAddress(taskForms, query), {
      kind: "CodeRun",
      way: "task",
      texts: { service: "payments", taskId: "7" }
    })
    assert.deepStrictEqual(draftOfAddress(taskForms, new URLSearchParams("kind=docsrun"))?.kind, "DocsRun")
    assert.isUndefined(draftOfAddress(taskForms, new URLSearchParams("from=CodeRun/a")))
  })
})

describe("the key of a submission", () => {
  const request = { spec: { service: "a" } }

  it("is the same for the same request, and another one for another", () => {
    const first = submissionOf(undefined, "CodeRun", request, "k1")
    assert.strictEqual(submissionOf(first, "CodeRun", { spec: { service: "a" } }, "k2").key, "k1")
    assert.strictEqual(submissionOf(first, "CodeRun", { spec: { service: "b" } }, "k2").key, "k2")
    assert.strictEqual(submissionOf(first, "DocsRun", request, "k2").key, "k2")
  })
})
