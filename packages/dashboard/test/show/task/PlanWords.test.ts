import { assert, describe, it } from "@effect/vitest"
import type { RunPlan } from "@orchestrator/http/contract/RunPlans"
import { planEntries, verdictOf } from "../../../src/show/task/PlanWords.ts"

const plan = (more: Partial<RunPlan> = {}): RunPlan => ({
  kind: "CodeRun",
  name: "a-xxxxx",
  namespace: "ns",
  spec: {},
  decision: { stage: "NotStarted", rule: "start", actions: [{ action: "CreateJob", object: "job/a" }] },
  limits: { costUsd: 2, turns: 1000, timeoutSeconds: 3600, maxCostUsd: 100, maxTurns: 1000, maxTimeoutSeconds: 86_400 },
  missing: [],
  warnings: [],
  ...more
})

describe("what a plan says", () => {
  it.each<readonly [string, Partial<RunPlan>, string]>([
    ["it starts", {}, "good It would start at once."],
    [
      "it waits",
      { waiting: { runs: ["a", "b"], position: 2, limit: "limits.activeRuns" } },
      "calm It would wait: number 2 in line; for a, b; the limit limits.activeRuns is reached"
    ],
    [
      "it would fail, wherever it stands in line",
      { failure: { reason: "InvalidSpec", message: "No." }, waiting: { runs: ["a"] } },
      "bad It would fail: No."
    ]
  ])("in one line: %s", (_, more, want) => {
    const { text, tone } = verdictOf(plan(more))
    assert.strictEqual(`${tone} ${text}`, want)
  })

  it("in entries, of what is known", () => {
    const entries = planEntries(plan({
      workspace: { claim: "workspace-a", exists: false, holder: "b" },
      price: { model: "m" }
    }))
    assert.deepStrictEqual(entries.map(({ label, text }) => `${label}: ${text}`), [
      "Name: a-xxxxx",
      "Workspace: workspace-a, which is made, held by b",
      "Limits: at most $2.00, 1,000 turns, 1h an attempt",
      "Price: m has no price here",
      "First step: CreateJob job/a (start)"
    ])
  })
})
