import { behind, given, givenDocs, givenStarted, workspace } from "../../fixtures/Given.ts"
import { makeJob, makePod } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { makeCodeRun } from "../../fixtures/Runs.ts"
import { now, pausedFor, readyFact, running, unfinishedFact } from "../../fixtures/Statuses.ts"

const rule = "waitingForCapacity"
const full = { reachedLimit: "limits.activeRunsPerService is 1" }
const message = "Waiting for another run to end: limits.activeRunsPerService is 1."
const said = {
  phase: "Pending",
  reason: "WaitingForCapacity",
  message,
  contextVersion: 1,
  observedGeneration: 1,
  lastUpdate: now,
  conditions: [
    readyFact("False", "WaitingForCapacity", message, now),
    { ...readyFact("True", "WaitingForCapacity", message, now), type: "Queued" },
    unfinishedFact(now)
  ]
}

export const waitingForCapacityCases: ReadonlyArray<PlanCase> = [
  {
    name: "a run that is one too many waits, and says for which limit",
    given: given(full),
    want: { rule, does: ["write Pending/WaitingForCapacity at 7"], status: { ...said, jobName: undefined } }
  },
  {
    name: "this is said once",
    given: given({ ...full, run: makeCodeRun({ status: said }) }),
    want: { rule, does: [] }
  },
  {
    name: "so does a DocsRun",
    given: givenDocs(full),
    want: { rule, does: ["write Pending/WaitingForCapacity at 7"] }
  },
  {
    name: "its workspace is waited for first",
    given: given({ ...full, workspace: behind("older") }),
    want: { rule: "waitingForWorkspace", does: ["write Pending/WaitingForWorkspace at 7"] }
  },
  {
    name: "a run that works keeps its place",
    given: givenStarted({ ...full, run: makeCodeRun({ status: running() }), jobs: [makeJob({ pod: makePod() })] }),
    want: { rule: "jobRunning", does: [] }
  },
  {
    name: "a run that goes on by itself needs one anew",
    given: given({
      ...full,
      run: makeCodeRun({ status: pausedFor("RateLimited", "2026-03-01T09:45:00Z") }),
      workspace: workspace({ tag: "mine" })
    }),
    want: {
      rule,
      does: ["write Pending/WaitingForCapacity at 7"],
      status: { resumesAt: undefined, attempts: pausedFor("RateLimited", now)["attempts"] }
    }
  },
  {
    name: "a cancelled run waits for nothing",
    given: given({ ...full, run: makeCodeRun({ spec: { cancel: true } }) }),
    want: { rule: "cancelled", does: ["write Cancelled/Cancelled at 7"] }
  }
]
