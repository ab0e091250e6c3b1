import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { labelValue, ourSelector, runLabels, workspaceLabels } from "../src/Labels.ts"

const value = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/
const key = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/
const text = fc.string({ unit: "binary", maxLength: 120 })

const matches = (labels: Readonly<Record<string, string>>, selector: string) =>
  selector.split(",").every((term) => {
    const [name = "", wanted] = term.split("=")
    return labels[name] === wanted
  })

describe("label values", () => {
  it.each([
    { given: "simple-api", want: "simple-api" },
    { given: "Simple API (v2)", want: "Simple-API-v2" },
    { given: "renovate[bot]", want: "renovate-bot" },
    { given: "-_.", want: "" },
    { given: "", want: "" },
    { given: "x".repeat(64), want: "x".repeat(63) },
    { given: `${"x".repeat(62)}--y`, want: "x".repeat(62) }
  ])("$given", ({ given, want }) => assert.strictEqual(labelValue(given), want))

  it("are valid whatever the text", () =>
    fc.assert(fc.property(text, (given) => {
      assert.match(labelValue(given), value)
      assert.isAtMost(labelValue(given).length, 63)
    })))

  it("are left alone when they are valid", () =>
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/), (given) =>
        assert.strictEqual(labelValue(given), given))
    ))
})

describe("labels of our objects", () => {
  const inputs = fc.record({
    component: fc.constantFrom("code-runner" as const, "docs-generator" as const),
    taskType: fc.constantFrom("code" as const, "docs" as const),
    run: text,
    uid: fc.uuid(),
    githubUser: text,
    contextVersion: fc.maxSafeNat(),
    taskId: fc.maxSafeNat(),
    service: text
  })

  it("are valid, and selected by what selects ours", () =>
    fc.assert(fc.property(inputs, (given) => {
      for (const labels of [runLabels(given), workspaceLabels(given.service)]) {
        for (const [name, text] of Object.entries(labels)) {
          assert.match(name, key)
          assert.match(text, value)
          assert.isAtMost(text.length, 63)
        }
        assert.isTrue(matches(labels, ourSelector))
      }
    })))

  it("keep the seed family's names", () => {
    assert.include(
      runLabels({
        component: "code-runner",
        taskType: "code",
        run: "api",
        uid: "u-1",
        githubUser: "ada",
        contextVersion: 2,
        taskId: 3,
        service: "simple-api"
      }),
      {
        "app": "orchestrator",
        "component": "code-runner",
        "task-type": "code",
        "task-id": "3",
        "service-name": "simple-api",
        "github-user": "ada",
        "context-version": "2",
        "orchestrator.platform/run-uid": "u-1",
        "orchestrator.platform/run": "api"
      }
    )
    assert.strictEqual(workspaceLabels("simple-api")["service"], "simple-api")
  })

  it("say nothing of a task or service that there is not", () => {
    const labels = runLabels({
      component: "docs-generator",
      taskType: "docs",
      run: "docs",
      uid: "u-1",
      githubUser: "ada",
      contextVersion: 1,
      taskId: undefined,
      service: undefined
    })
    assert.notProperty(labels, "task-id")
    assert.notProperty(labels, "service-name")
  })
})
