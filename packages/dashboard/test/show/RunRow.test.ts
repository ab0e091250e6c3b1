import { assert, describe, it } from "@effect/vitest"
import { rowOf, toneOf } from "@orchestrator/dashboard/show/RunRow"
import { codeRun } from "../fixtures/Runs.ts"

describe("a line of the table", () => {
  it.each([
    { of: "a prompt", given: { prompt: "# Answer with 404\n\nInstead of 500" }, want: "Answer with 404" },
    {
      of: "an issue",
      given: { issue: "https://git.example.com/a/b/issues/3" },
      want: "https://git.example.com/a/b/issues/3"
    },
    { of: "a task", given: {}, want: "Task 7" }
  ])("says the task of $of", ({ given, want }) => assert.strictEqual(rowOf(codeRun("a", { spec: given })).task, want))

  it.each([
    { given: [], want: "3" },
    { given: [{ contextVersion: 2, jobName: "j" }], want: "2" },
    { given: [{ contextVersion: 2, retry: 1, jobName: "j" }], want: "2 · retry 1" }
  ])(
    "counts attempts: $want",
    ({ given, want }) =>
      assert.strictEqual(
        rowOf(codeRun("a", { spec: { contextVersion: 3 }, status: { attempts: given } })).attempt,
        want
      )
  )

  it("links to pages, and to nothing that runs", () => {
    const linked = (pullRequestUrl: string) => rowOf(codeRun("a", { status: { pullRequestUrl } })).pullRequestUrl
    assert.strictEqual(linked("https://git.example.com/a/pulls/1"), "https://git.example.com/a/pulls/1")
    assert.isUndefined(linked("javascript:alert(1)"))
    assert.isUndefined(linked(" https://git.example.com"))
  })

  it("is read once from a run as it is", () => {
    const run = codeRun("a")
    assert.strictEqual(rowOf(run), rowOf(run))
    assert.notStrictEqual(rowOf(run), rowOf({ ...run }))
  })

  it("of what is stored wrongly says so", () => {
    const { spec: _, ...run } = codeRun("a")
    assert.match(rowOf(run).task, /does not follow the schema/)
  })
})

describe("the tone of a phase", () => {
  it.each([
    { given: { phase: "Running", reason: "Agent running" }, want: "active" },
    { given: { phase: "Running", reason: "Blocked" }, want: "warn" },
    { given: { phase: "Failed", reason: "" }, want: "bad" },
    { given: { phase: "Another", reason: "" }, want: "calm" }
  ])("$given is $want", ({ given, want }) => assert.strictEqual(toneOf(given), want))
})
