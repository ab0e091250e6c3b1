import { DateTime } from "effect"
import { given, givenDocs, givenStarted, makeConfig } from "../../fixtures/Given.ts"
import { complete, endWith, makeJob, makePod } from "../../fixtures/Jobs.ts"
import { brokerReportFrom } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { brokerResult, completed } from "../../fixtures/Results.ts"
import { jobName, makeCodeRun } from "../../fixtures/Runs.ts"
import { running, waitingStatus } from "../../fixtures/Statuses.ts"

const rule = "waitingForBudget"
const fullBudget = {
  name: "budgets.dailyPerGithubUser",
  period: "day",
  whose: "ada",
  limitUsd: 50,
  needsUsd: 20,
  spent: true,
  opensAt: DateTime.makeUnsafe("2026-03-02T00:00:00Z")
} as const

const said = waitingStatus(
  "WaitingForBudget",
  "budgets.dailyPerGithubUser lets runs of ada spend 50 USD a day, and less of it is free than the 20 USD that this run may cost. It opens again at 2026-03-02T00:00:00Z."
)

const config = makeConfig({ budgets: { daily: 100 } })
const attempt = `orchestrator.${jobName}`
const over = makePod({
  begun: true,
  over: true,
  ended: endWith(completed()),
  brokerReport: brokerReportFrom(brokerResult({ costUsd: 0.5 }))
})

export const waitingForBudgetCases: ReadonlyArray<PlanCase> = [
  {
    name: "a run that no budget has room for says which, and when it opens again",
    given: given({ fullBudget }),
    want: { rule, does: ["write Pending/WaitingForBudget at 7"], status: { ...said, jobName: undefined } }
  },
  {
    name: "and says it once",
    given: given({ fullBudget, run: makeCodeRun({ status: said }) }),
    want: { rule, does: [] }
  },
  {
    name: "what is promised to others may be free before",
    given: givenDocs({ fullBudget: { ...fullBudget, whose: undefined, name: "budgets.daily", spent: false } }),
    want: {
      rule,
      does: ["write Pending/WaitingForBudget at 7"],
      status: {
        message:
          "budgets.daily lets all runs spend 50 USD a day, and less of it is free than the 20 USD that this run may cost. The run starts when runs that work have left enough of what they may cost, or else at 2026-03-02T00:00:00Z."
      }
    }
  },
  {
    name: "an attempt that works is left to end",
    given: givenStarted({
      fullBudget,
      config,
      run: makeCodeRun({ status: running() }),
      jobs: [makeJob({ pod: makePod() })]
    }),
    want: { rule: "jobRunning", does: [] }
  },
  {
    name: "what an attempt has cost is written down before its status, for whom its Job was made",
    given: givenStarted({
      config,
      run: makeCodeRun({ status: running(), spec: { githubUser: "mallory" } }),
      jobs: [makeJob({ brokered: true, githubUser: "ada", service: "api", pod: over, end: complete })]
    }),
    want: {
      rule: "jobFinished",
      does: [`record ${attempt}: 2026-03-01 0.5 ada api`, "write Succeeded/Delivered at 7"]
    }
  },
  {
    name: "without budgets nothing of it is",
    given: givenStarted({
      run: makeCodeRun({ status: running() }),
      jobs: [makeJob({ brokered: true, pod: over, end: complete })]
    }),
    want: { rule: "jobFinished", does: ["write Succeeded/Delivered at 7"] }
  },
  {
    name:
      "a Job of a run that was deleted while it worked is let go of after all that it might have cost is written down",
    given: {
      ...given({ config }),
      run: undefined,
      jobs: [],
      orphans: [
        makeJob({ deleting: true, brokered: true, maxCostUsd: 7, githubUser: "Ada", pod: makePod({ begun: true }) })
      ]
    },
    want: {
      rule: "beingDeleted",
      does: [`record ${attempt}: 2026-03-01 7 ada - reserved`, `release ${jobName} (j1)`]
    }
  },
  {
    name: "one whose pod has said what it has cost is let go of after that",
    given: {
      ...given({ config }),
      run: undefined,
      jobs: [],
      orphans: [makeJob({ deleting: true, brokered: true, maxCostUsd: 7, githubUser: "ada", pod: over })]
    },
    want: {
      rule: "beingDeleted",
      does: [`record ${attempt}: 2026-03-01 0.5 ada -`, `release ${jobName} (j1)`]
    }
  },
  {
    name: "one of which no pod was seen may have one that works all the same",
    given: {
      ...given({ config }),
      run: undefined,
      jobs: [],
      orphans: [makeJob({ deleting: true, brokered: true, maxCostUsd: 7 })]
    },
    want: {
      rule: "beingDeleted",
      does: [`record ${attempt}: 2026-03-01 7 - - reserved`, `release ${jobName} (j1)`]
    }
  },
  {
    name: "one that is suspended, or may make no pod, has cost nothing",
    given: {
      ...given({ config }),
      run: undefined,
      jobs: [],
      orphans: [
        makeJob({ deleting: true, brokered: true, maxCostUsd: 7, suspended: true }),
        makeJob({ name: "b", uid: "j2", deleting: true, brokered: true, maxCostUsd: 7, podRefused: "exceeded quota" })
      ]
    },
    want: { rule: "beingDeleted", does: [`release ${jobName} (j1)`, "release b (j2)"] }
  },
  {
    name: "one whose agent has not begun has cost nothing",
    given: {
      ...given({ config }),
      run: undefined,
      jobs: [],
      orphans: [makeJob({ deleting: true, brokered: true, maxCostUsd: 7, pod: makePod({ begun: false, over: true }) })]
    },
    want: { rule: "beingDeleted", does: [`release ${jobName} (j1)`] }
  }
]
