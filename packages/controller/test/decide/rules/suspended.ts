import { given, givenDocs, givenStarted } from "../../fixtures/Given.ts"
import { makeJob, makePod } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { makeCodeRun, makeDocsRun } from "../../fixtures/Runs.ts"
import { finished, pausedFor, running, waitingStatus } from "../../fixtures/Statuses.ts"

const rule = "suspended"
const spec = { suspend: true }
const message = "The run is suspended. Set spec.suspend to false to start it."
const said = waitingStatus("Suspended", message)
const writes = ["write Pending/Suspended at 7"]

export const suspendedCases: ReadonlyArray<PlanCase> = [
  {
    name: "a suspended run does not start, and says why",
    given: given({ run: makeCodeRun({ spec }) }),
    want: { rule, does: writes, status: { ...said, jobName: undefined } }
  },
  {
    name: "a suspended DocsRun does not start",
    given: givenDocs({ run: makeDocsRun({ spec }) }),
    want: { rule, does: writes }
  },
  {
    name: "a suspended run is not written twice",
    given: given({ run: makeCodeRun({ spec, status: said }) }),
    want: { rule, does: [] }
  },
  {
    name: "what a suspended run depends on is not asked",
    given: given({ run: makeCodeRun({ spec }), obstacle: { tag: "failed", name: "other", phase: "Failed" } }),
    want: { rule, does: writes }
  },
  {
    name: "a suspended run that is not valid is told so",
    given: given({ run: makeCodeRun({ spec: { ...spec, maxTurns: 1_000_000 } }) }),
    want: { rule: "invalid", does: ["write Failed/InvalidSpec at 7"] }
  },
  {
    name: "a suspended run can be cancelled",
    given: given({ run: makeCodeRun({ spec: { ...spec, cancel: true }, status: said }) }),
    want: { rule: "cancelled", does: ["write Cancelled/Cancelled at 7"] }
  },
  {
    name: "a run that pauses keeps the time until which it does",
    given: given({ run: makeCodeRun({ spec, status: pausedFor("RateLimited", "2026-03-01T11:00:00Z") }) }),
    want: { rule: "pausing", does: [] }
  },
  {
    name: "after its pause it is suspended",
    given: given({ run: makeCodeRun({ spec, status: pausedFor("RateLimited", "2026-03-01T09:30:00Z") }) }),
    want: { rule, does: writes, status: { resumesAt: undefined } }
  },
  {
    name: "an attempt that works is left to end",
    given: givenStarted({
      run: makeCodeRun({ spec, status: running() }),
      jobs: [makeJob({ pod: makePod() })]
    }),
    want: { rule: "jobRunning", does: [] }
  },
  {
    name: "a run that has ended stays that",
    given: given({ run: makeCodeRun({ spec, status: finished("Failed", "AgentError") }) }),
    want: { rule: "terminal", does: [] }
  }
]
