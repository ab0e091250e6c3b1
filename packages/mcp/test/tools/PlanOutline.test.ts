import { assert, describe, it } from "@effect/vitest"
import type { RunPlan } from "@orchestrator/http/contract/RunPlans"
import { planOutlineOf } from "@orchestrator/mcp/tools/PlanOutline"

const plan: RunPlan = {
  kind: "CodeRun",
  name: "orders",
  namespace: "orchestrator",
  spec: { prompt: "long" },
  decision: { stage: "NotStarted", rule: "start", status: { phase: "Running", message: "Agent starts" }, actions: [] },
  attempt: { jobName: "code-orders-v1", filesBytes: 1, filesLimitBytes: 2, files: { "CLAUDE.md": "long" } },
  limits: { maxCostUsd: 1, maxTurns: 1, maxTimeoutSeconds: 1 },
  missing: [],
  warnings: []
}

const missing: RunPlan["missing"][number] = {
  kind: "Secret",
  name: "github-token-octocat",
  state: "missing",
  consequence: "The agent cannot push",
  fix: ["kubectl create secret"]
}

describe("the outline of a plan", () => {
  it.each([
    { name: "says what would happen", given: plan, want: "CodeRun orders: start: Agent starts" },
    {
      name: "names what is missing",
      given: { ...plan, missing: [missing] },
      want: "CodeRun orders: start: Agent starts; missing: github-token-octocat"
    },
    {
      name: "says first that it would fail",
      given: { ...plan, failure: { message: "No template" } },
      want: "CodeRun orders: it would fail: No template"
    }
  ])("$name", ({ given, want }) => {
    assert.strictEqual(planOutlineOf(given).summary, want)
  })

  it("leaves out what is long", () => {
    assert.notInclude(JSON.stringify(planOutlineOf(plan)), "long")
  })
})
