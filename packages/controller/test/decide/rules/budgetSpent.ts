import { given, makeConfig } from "../../fixtures/Given.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { makeCodeRun } from "../../fixtures/Runs.ts"
import { finished } from "../../fixtures/Statuses.ts"

const config = makeConfig({ limits: { maxCostUsd: 5, maxTurns: 50 } })

const spent = (name: string, usage: object, field: string | undefined): PlanCase => ({
  name,
  given: given({
    run: makeCodeRun({ spec: { contextVersion: 2 }, status: finished("Failed", "AgentError", { usage }) }),
    config
  }),
  want: field === undefined
    ? {
      rule: "jobAbsent",
      does: [
        "lease workspace-api (pvc1@41) to 3f9c2a1b-7d4e-4c1a-9b2f-5e6d7c8b9a01",
        "create Job code-api-v2-3f9c2a1b",
        "create files code-api-v2-3f9c2a1b-0123456789abcdef of the new Job",
        "write Running/Starting at 7"
      ]
    }
    : {
      rule: "budgetSpent",
      does: ["write Failed/BudgetExceeded at 7"],
      status: {
        message: `Earlier attempts have used up ${field}. Raise it and spec.contextVersion to continue.`,
        jobName: undefined
      }
    }
})

export const budgetSpentCases: ReadonlyArray<PlanCase> = [
  spent("a run that has spent its money does not start again", { costUsd: 5, turns: 1 }, "spec.maxCostUsd"),
  spent("a run that has spent its turns does not start again", { costUsd: 1, turns: 50 }, "spec.maxTurns"),
  spent("a run that has spent both is told of its money", { costUsd: 6, turns: 60 }, "spec.maxCostUsd"),
  spent("a run that has something left starts again", { costUsd: 4.99, turns: 49 }, undefined)
]
