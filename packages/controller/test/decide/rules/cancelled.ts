import { behind, given, givenDocs, givenStarted, workspace } from "../../fixtures/Given.ts"
import {
  complete,
  endedPod,
  endWith,
  failed,
  jobWith,
  makeJob,
  makeNextJob,
  makePod,
  silentJob
} from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { completed, delivery, failedWith, interrupted } from "../../fixtures/Results.ts"
import { docsJobName, jobName, makeCodeRun, makeDocsRun, nextJobName, nextSession } from "../../fixtures/Runs.ts"
import {
  docsRunning,
  finished,
  finishedFact,
  now,
  readyFact,
  running,
  started,
  unfinishedFact
} from "../../fixtures/Statuses.ts"

const rule = "cancelled"
const cancel = { cancel: true }
const asked = makeCodeRun({ spec: cancel, status: running() })
/** The second version works, while the request that has ended the first one still stands. */
const standing = makeCodeRun({
  spec: { ...cancel, contextVersion: 2 },
  status: running({
    contextVersion: 2,
    cancelledVersion: 1,
    jobName: nextJobName,
    configmapName: `${nextJobName}-0123456789abcdef`,
    sessionId: nextSession,
    message: `The agent's container is running in the Job ${nextJobName}: setup first, then the agent.`,
    conditions: [
      readyFact(
        "False",
        "AgentRunning",
        `The agent's container is running in the Job ${nextJobName}: setup first, then the agent.`,
        started
      ),
      unfinishedFact(started)
    ],
    attempts: [{ contextVersion: 2, jobName: nextJobName, sessionId: nextSession, startedAt: started }]
  })
})
const stopping = { stopping: "Cancelled" as const, end: failed("DeadlineExceeded") }

const saving = "The run is being cancelled: stopping the agent and saving its work."
const early = "The run was cancelled before it started."
const neverStarted = {
  phase: "Cancelled",
  reason: "Cancelled",
  message: early,
  finishedAt: now,
  expiresAt: undefined,
  startedAt: undefined,
  attempts: undefined,
  jobName: undefined,
  conditions: [readyFact("False", "Cancelled", early, now), finishedFact("Cancelled", "Cancelled", now)]
}

export const cancelledCases: ReadonlyArray<PlanCase> = [
  {
    name: "a run that is cancelled before its start never starts",
    given: given({ run: makeCodeRun({ spec: cancel }) }),
    want: { rule, does: ["write Cancelled/Cancelled at 7"], status: neverStarted }
  },
  {
    name: "a run that is cancelled while it waits for its workspace never starts",
    given: given({
      run: makeCodeRun({
        spec: cancel,
        status: {
          phase: "Pending",
          reason: "WaitingForWorkspace",
          contextVersion: 1,
          conditions: [{ type: "Queued", status: "True", reason: "WaitingForWorkspace", message: "Waiting." }]
        }
      }),
      workspace: behind("older")
    }),
    want: {
      rule,
      does: ["write Cancelled/Cancelled at 7"],
      status: {
        ...neverStarted,
        conditions: [
          {
            type: "Queued",
            status: "False",
            reason: "Cancelled",
            message: "The run has ended.",
            lastTransitionTime: now
          },
          readyFact("False", "Cancelled", early, now),
          finishedFact("Cancelled", "Cancelled", now)
        ]
      }
    }
  },
  {
    name: "a run with an invalid spec that is cancelled ends as Cancelled",
    given: given({ run: makeCodeRun({ spec: { ...cancel, service: "" } }) }),
    want: { rule, does: ["write Cancelled/Cancelled at 7"], status: neverStarted }
  },
  {
    name: "a DocsRun that is cancelled before its start never starts",
    given: givenDocs({ run: makeDocsRun({ spec: cancel }) }),
    want: { rule, does: ["write Cancelled/Cancelled at 7"], status: neverStarted }
  },
  {
    name: "a cancelled run whose agent works is stopped, and its status says so",
    given: givenStarted({ run: asked, jobs: [makeJob({ pod: makePod() })] }),
    want: { rule, does: [`stop ${jobName} (j1)`, "write Running/Cancelling at 7"], status: { message: saving } }
  },
  {
    name: "a cancelled run whose pod is not there yet is stopped",
    given: givenStarted({ run: asked, jobs: [makeJob()] }),
    want: { rule, does: [`stop ${jobName} (j1)`, "write Running/Cancelling at 7"], status: { message: saving } }
  },
  {
    name: "a cancelled run whose Job was created in a crash is stopped",
    given: givenStarted({ run: makeCodeRun({ spec: cancel }), jobs: [makeJob()] }),
    want: { rule, does: [`stop ${jobName} (j1)`, "write Running/Cancelling at 7"], status: { message: saving } }
  },
  {
    name: "a cancelled DocsRun whose agent works is stopped",
    given: givenDocs({
      run: makeDocsRun({ spec: cancel, status: docsRunning() }),
      jobs: [makeJob({ name: docsJobName, pod: makePod() })]
    }),
    want: { rule, does: [`stop ${docsJobName} (j1)`, "write Running/Cancelling at 7"] }
  },
  {
    name: "a cancelled agent that saves its work is left alone",
    given: givenStarted({
      run: makeCodeRun({
        spec: cancel,
        status: running({
          reason: "Cancelling",
          message: saving,
          conditions: [readyFact("False", "Cancelling", saving, started), unfinishedFact(started)]
        })
      }),
      jobs: [makeJob({ pod: makePod(), stopping: "Cancelled" })]
    }),
    want: { rule, does: [] }
  },
  {
    name: "a cancelled agent that saved its work ends as Cancelled, with where the work is",
    given: givenStarted({ run: asked, jobs: [jobWith(interrupted({ delivery: delivery() }), stopping)] }),
    want: {
      rule: "jobFinished",
      does: ["write Cancelled/Cancelled at 7"],
      status: {
        branch: "feature/task-12-implementation",
        headCommit: delivery().headCommit,
        finishedAt: now,
        expiresAt: "2026-03-01T11:00:00Z"
      }
    }
  },
  {
    name: "a cancelled run ends as soon as its pod has ended",
    given: givenStarted({
      run: asked,
      jobs: [makeJob({ stopping: "Cancelled", pod: endedPod(endWith(interrupted())) })]
    }),
    want: { rule: "jobFinished", does: ["write Cancelled/Cancelled at 7"] }
  },
  {
    name: "an agent that had to be killed was cancelled all the same",
    given: givenStarted({ run: asked, jobs: [silentJob(137, stopping)] }),
    want: { rule: "jobFinished", does: ["write Cancelled/Cancelled at 7"] }
  },
  {
    name: "a stopped Job whose pod never started was cancelled",
    given: givenStarted({ run: asked, jobs: [makeJob(stopping)] }),
    want: { rule: "jobFailed", does: ["write Cancelled/Cancelled at 7"] }
  },
  {
    name: "an agent that delivered before the signal reached it has succeeded",
    given: givenStarted({
      run: asked,
      jobs: [jobWith(completed(), { stopping: "Cancelled" as const, end: complete })]
    }),
    want: { rule: "jobFinished", does: ["write Succeeded/Delivered at 7"] }
  },
  {
    name: "an agent that failed before it was stopped has failed",
    given: givenStarted({ run: asked, jobs: [jobWith(failedWith("SetupFailed"))] }),
    want: { rule: "jobFinished", does: ["write Failed/SetupFailed at 7"] }
  },
  {
    name: "a cancelled run whose Job is being deleted as well was cancelled, not lost",
    given: givenStarted({ run: asked, jobs: [makeJob({ deleting: true, pod: makePod() })] }),
    want: {
      rule,
      does: ["write Cancelled/Cancelled at 7"],
      status: { message: "The run was cancelled.", finishedAt: now, jobName }
    }
  },
  {
    name: "a cancelled run whose Job is gone was cancelled, and its attempt is closed",
    given: givenStarted({ run: asked }),
    want: {
      rule,
      does: ["write Cancelled/Cancelled at 7"],
      status: {
        message: "The run was cancelled.",
        attempts: [{
          contextVersion: 1,
          jobName,
          sessionId: running()["sessionId"],
          startedAt: running()["startedAt"],
          finishedAt: now,
          outcome: "Cancelled",
          reason: "Cancelled",
          message: "The run was cancelled."
        }]
      }
    }
  },
  {
    name: "a request that has ended the version before does not end the next one",
    given: given({
      run: makeCodeRun({ spec: { ...cancel, contextVersion: 2 }, status: finished("Cancelled", "Cancelled") }),
      workspace: workspace({ tag: "mine" })
    }),
    want: {
      rule: "jobAbsent",
      does: [
        `create Job ${nextJobName}`,
        `create files ${nextJobName}-0123456789abcdef of the new Job`,
        "write Running/Starting at 7"
      ],
      status: { contextVersion: 2, cancelledVersion: 1 }
    }
  },
  {
    name: "a request that has ended the version before does not stop the next one while it works",
    given: givenStarted({ run: standing, jobs: [makeNextJob({ pod: makePod() })] }),
    want: { rule: "jobRunning", does: [] }
  },
  {
    name: "a request that has ended a version does not end the one after the next",
    given: given({
      run: makeCodeRun({
        spec: { ...cancel, contextVersion: 3 },
        status: finished("Failed", "AgentError", { contextVersion: 2, cancelledVersion: 1 })
      }),
      workspace: workspace({ tag: "mine" })
    }),
    want: {
      rule: "jobAbsent",
      does: [
        "create Job code-api-v3-3f9c2a1b",
        "create files code-api-v3-3f9c2a1b-0123456789abcdef of the new Job",
        "write Running/Starting at 7"
      ],
      status: { contextVersion: 3, cancelledVersion: 1 }
    }
  },
  {
    name: "a request that is withdrawn is forgotten",
    given: givenStarted({
      run: makeCodeRun({ spec: { contextVersion: 2 }, status: standing.status ?? {} }),
      jobs: [makeNextJob({ pod: makePod() })]
    }),
    want: {
      rule: "jobRunning",
      does: ["write Running/AgentRunning at 7"],
      status: { cancelledVersion: undefined }
    }
  },
  {
    name: "a request to cancel that is made again counts",
    given: givenStarted({
      run: makeCodeRun({
        spec: { ...cancel, contextVersion: 2 },
        status: { ...standing.status, cancelledVersion: undefined }
      }),
      jobs: [makeNextJob({ pod: makePod() })]
    }),
    want: { rule, does: [`stop ${nextJobName} (j2)`, "write Running/Cancelling at 7"] }
  },
  {
    name: "a request that came with a higher version after a failed one counts",
    given: given({
      run: makeCodeRun({ spec: { ...cancel, contextVersion: 2 }, status: finished("Failed", "AgentError") })
    }),
    want: { rule, does: ["write Cancelled/Cancelled at 7"], status: { contextVersion: 2, message: early } }
  },
  {
    name: "a run whose request to cancel is withdrawn was cancelled once its Job was stopped",
    given: givenStarted({ run: makeCodeRun({ status: running() }), jobs: [jobWith(interrupted(), stopping)] }),
    want: { rule: "jobFinished", does: ["write Cancelled/Cancelled at 7"] }
  },
  {
    name: "a cancelled run whose Job is deleted before there was a pod ends as Cancelled",
    given: givenStarted({
      run: makeCodeRun({ spec: { cancel: true }, status: running() }),
      jobs: [makeJob({ deleting: true })]
    }),
    want: { rule: "cancelled", does: ["write Cancelled/Cancelled at 7"] }
  },
  {
    name: "a cancelled run whose Job is deleted, and whose agent had delivered, has delivered",
    given: givenStarted({
      run: makeCodeRun({ spec: { cancel: true }, status: running() }),
      jobs: [makeJob({ deleting: true, pod: endedPod(endWith(completed())) })]
    }),
    want: { rule: "jobFinished", does: ["write Succeeded/Delivered at 7"] }
  }
]
