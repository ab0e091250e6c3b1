import { assert, it } from "@effect/vitest"
import type { RunPlan } from "@orchestrator/http/contract/RunPlans"
import { planText } from "../../src/show/PlanText.ts"

const plan: RunPlan = {
  kind: "CodeRun",
  name: "payments-task-7-xxxxx",
  namespace: "orchestrator",
  spec: {},
  decision: { stage: "NotStarted", rule: "workspace", actions: [], status: { message: "Waits for a." } },
  workspace: { claim: "workspace-payments", exists: true, holder: "a" },
  waiting: { runs: ["a"], position: 2 },
  limits: { costUsd: 5, maxCostUsd: 10, maxTurns: 100, maxTimeoutSeconds: 3600, timeoutSeconds: 1800 },
  price: { model: "a-model", input: 3, output: 15 },
  missing: [{
    kind: "Secret",
    name: "github-token-octocat",
    state: "missing",
    consequence: "no pull request is opened",
    fix: ["kubectl create secret generic github-token-octocat"]
  }],
  warnings: ["The model is old."]
}

it("a plan is what happens, whom it waits for, what it may cost, and what is missing with the command", () => {
  assert.strictEqual(
    planText(plan),
    [
      "run         coderun/payments-task-7-xxxxx",
      "next        nothing (NotStarted: workspace)",
      "status      Waits for a.",
      "waits       number 2 in line; for a",
      "workspace   workspace-payments, held by a",
      "limits      at most $5.00, no turn limit, 30 minutes an attempt",
      "price       a-model: $3.00 in, $15.00 out per million tokens",
      "missing     github-token-octocat: no pull request is opened",
      "            kubectl create secret generic github-token-octocat",
      "warning     The model is old."
    ].join("\n")
  )
})
