import { DateTime } from "effect"
import { holdAt } from "../../../src/attempt/Hold.ts"
import { behind, given, givenDocs, givenStarted } from "../../fixtures/Given.ts"
import { makeJob, makePod } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { makeCodeRun } from "../../fixtures/Runs.ts"
import { now, running, waitingStatus } from "../../fixtures/Statuses.ts"

const rule = "onHold"
const at = DateTime.makeUnsafe(now)
const maintenance = { hold: holdAt({ suspend: true, quietHours: [] }, at) }
const quiet = {
  hold: holdAt({
    suspend: false,
    quietHours: [{ timezone: "Europe/Berlin", days: ["Sun"], from: "09:00", to: "18:30" }]
  }, at)
}
const said = waitingStatus(
  "QuietHours",
  "No run starts in these hours (quietHours); they are over at 2026-03-01T17:30:00Z."
)

export const onHoldCases: ReadonlyArray<PlanCase> = [
  {
    name: "no run starts while the installation is suspended",
    given: given(maintenance),
    want: {
      rule,
      does: ["write Pending/Maintenance at 7"],
      status: {
        message: "No run starts while the installation is suspended (suspend is true); runs that work go on.",
        jobName: undefined
      }
    }
  },
  {
    name: "nor does a DocsRun",
    given: givenDocs(maintenance),
    want: { rule, does: ["write Pending/Maintenance at 7"] }
  },
  {
    name: "in quiet hours a run says when they are over",
    given: given(quiet),
    want: { rule, does: ["write Pending/QuietHours at 7"], status: { ...said, jobName: undefined } }
  },
  {
    name: "and says it once",
    given: given({ ...quiet, run: makeCodeRun({ status: said }) }),
    want: { rule, does: [] }
  },
  {
    name: "a limit that is reached as well is not told of",
    given: given({ ...maintenance, reachedLimit: "limits.activeRuns is 1" }),
    want: { rule, does: ["write Pending/Maintenance at 7"] }
  },
  {
    name: "a run that waits for others says that",
    given: given({ ...maintenance, obstacle: { tag: "unfinished", names: ["other"] } }),
    want: { rule: "waitingForDependencies", does: ["write Pending/WaitingForDependencies at 7"] }
  },
  {
    name: "a run that waits for its workspace says that",
    given: given({ ...maintenance, workspace: behind("older") }),
    want: { rule: "waitingForWorkspace", does: ["write Pending/WaitingForWorkspace at 7"] }
  },
  {
    name: "an attempt that works is left to end",
    given: givenStarted({
      ...maintenance,
      run: makeCodeRun({ status: running() }),
      jobs: [makeJob({ pod: makePod() })]
    }),
    want: { rule: "jobRunning", does: [] }
  }
]
