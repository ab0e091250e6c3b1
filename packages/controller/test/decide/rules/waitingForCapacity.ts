import { behind, given, givenDocs, givenStarted, workspace } from "../../fixtures/Given.ts"
import { makeJob, makePod } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { makeCodeRun } from "../../fixtures/Runs.ts"
import { now, pausedFor, running, waitingStatus } from "../../fixtures/Statuses.ts"

const rule = "waitingForCapacity"
const full = { reachedLimit: "limits.activeRunsPerService is 1" }
const message = "Waiting for another run to end: a limit of concurrent runs (limits.activeRuns*) is reached."
const said = waitingStatus("WaitingForCapacity", message)

export const waitingForCapacityCases: ReadonlyArray<PlanCase> = [
  {
    name: "a run that is one too many waits, and says for what",
    given: given(full),
    want: { rule, does: ["write Pending/WaitingForCapacity at 7"], status: { ...said, jobName: undefined } }
  },
  {
    name: "a run that waits for capacity is not written twice",
    given: given({ ...full, run: makeCodeRun({ status: said }) }),
    want: { rule, does: [] }
  },
  {
    name: "a DocsRun that is one too many waits",
    given: givenDocs(full),
    want: { rule, does: ["write Pending/WaitingForCapacity at 7"] }
  },
  {
    name: "a run that is one too many waits for its workspace first",
    given: given({ ...full, workspace: behind("older") }),
    want: { rule: "waitingForWorkspace", does: ["write Pending/WaitingForWorkspace at 7"] }
  },
  {
    name: "a run that works keeps its slot",
    given: givenStarted({ ...full, run: makeCodeRun({ status: running() }), jobs: [makeJob({ pod: makePod() })] }),
    want: { rule: "jobRunning", does: [] }
  },
  {
    name: "a run that is retried automatically needs a slot again",
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
