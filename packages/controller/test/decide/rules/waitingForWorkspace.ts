import { behind, brokenTemplate, given, givenStarted, makeConfig, workspace } from "../../fixtures/Given.ts"
import { makeJob, makePod } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { makeCodeRun } from "../../fixtures/Runs.ts"
import { ended, finished, now, readyFact, running, unfinishedFact } from "../../fixtures/Statuses.ts"

const rule = "waitingForWorkspace"
const message = "Waiting for workspace workspace-api."
const written = ["write Pending/WaitingForWorkspace at 7"]
const queued = {
  type: "Queued",
  status: "True",
  reason: "WaitingForWorkspace",
  message,
  lastTransitionTime: "2026-03-01T09:00:00Z"
}
const waiting = {
  phase: "Pending",
  reason: "WaitingForWorkspace",
  message,
  lastUpdate: "2026-03-01T09:00:00Z",
  contextVersion: 1,
  observedGeneration: 1,
  conditions: [
    readyFact("False", "WaitingForWorkspace", message, "2026-03-01T09:00:00Z"),
    queued,
    unfinishedFact("2026-03-01T09:00:00Z")
  ]
}

export const waitingForWorkspaceCases: ReadonlyArray<PlanCase> = [
  {
    name: "a run whose workspace another has says so",
    given: given({ workspace: behind("older") }),
    want: {
      rule,
      does: written,
      status: {
        message,
        lastUpdate: now,
        jobName: undefined,
        finishedAt: undefined,
        attempts: undefined,
        conditions: [
          readyFact("False", "WaitingForWorkspace", message, now),
          { ...queued, lastTransitionTime: now }
        ]
      }
    }
  },
  {
    name: "it says so once",
    given: given({ run: makeCodeRun({ status: waiting }), workspace: behind("older") }),
    want: { rule, does: [] }
  },
  {
    name: "when another run is now before it, nothing is written",
    given: given({ run: makeCodeRun({ status: waiting }), workspace: behind("other") }),
    want: { rule, does: [] }
  },
  {
    name: "an edit while it waits is acknowledged",
    given: given({ run: makeCodeRun({ status: waiting, metadata: { generation: 2 } }), workspace: behind("older") }),
    want: { rule, does: written, status: { observedGeneration: 2, lastUpdate: "2026-03-01T09:00:00Z" } }
  },
  {
    name: "the next attempt of a finished run waits too, no longer finished",
    given: given({
      run: makeCodeRun({ spec: { contextVersion: 2 }, status: finished("Failed", "AgentError") }),
      workspace: behind("older")
    }),
    want: {
      rule,
      does: written,
      status: {
        contextVersion: 2,
        finishedAt: undefined,
        expiresAt: undefined,
        startedAt: undefined,
        jobName: undefined,
        conditions: [
          readyFact("False", "WaitingForWorkspace", message, ended),
          { ...queued, lastTransitionTime: now }
        ]
      }
    }
  },
  {
    name: "while its own previous attempt still ends, the next one waits",
    given: given({
      run: makeCodeRun({ spec: { contextVersion: 2 }, status: finished("Failed", "JobLost") }),
      workspace: workspace({ tag: "ending" })
    }),
    want: {
      rule,
      does: written,
      status: { message: "Waiting for workspace workspace-api: in use by the previous attempt." }
    }
  },
  {
    name: "while its claim is being deleted, it waits for a new one",
    given: given({ workspace: workspace({ tag: "deleting" }) }),
    want: {
      rule,
      does: written,
      status: { message: "Waiting for workspace workspace-api to be deleted; a new one is created then." }
    }
  },
  {
    name: "a broken template shows only when it is this run's turn",
    given: given({ workspace: behind("older"), files: brokenTemplate }),
    want: { rule, does: written }
  },
  {
    name: "a run whose Job is there no longer waits",
    given: givenStarted({
      run: makeCodeRun({ status: running() }),
      jobs: [makeJob({ pod: makePod() })],
      workspace: behind("older")
    }),
    want: { rule: "jobRunning", does: [] }
  },
  {
    name: "shared workspaces are not waited for, and nobody's lease is taken",
    given: given({ workspace: behind("older"), config: makeConfig({ storage: { access: "Shared" } }) }),
    want: {
      rule: "jobAbsent",
      does: [
        "create Job code-api-v1-3f9c2a1b",
        "create files code-api-v1-3f9c2a1b-0123456789abcdef of the new Job"
      ]
    }
  }
]
