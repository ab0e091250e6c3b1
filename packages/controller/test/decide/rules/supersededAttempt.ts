import { nodeAway } from "../../../src/decide/NodeAway.ts"
import { Feedback } from "../../../src/facts/Feedback.ts"
import { given, givenDocs, workspace } from "../../fixtures/Given.ts"
import { endedPod, endWith, failed, jobWith, makeJob, makePod, released, silentEnd } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { completed, interrupted } from "../../fixtures/Results.ts"
import { docsJobName, jobName, makeCodeRun, makeDocsRun, nextJobName, session } from "../../fixtures/Runs.ts"
import { docsRunning, finished, now, pausedFor, running, started } from "../../fixtures/Statuses.ts"

const rule = "supersededAttempt"
const bumped = { contextVersion: 2, promptModification: "Try again." }
const raised = makeCodeRun({ spec: bumped, status: running(), metadata: { generation: 2 } })
const mine = { workspace: workspace({ tag: "mine" }) }
const entry = { contextVersion: 1, jobName, sessionId: session, startedAt: started }

const long = "2026-03-01T09:50:00Z"
const next = "The next attempt is about to start."
const recorded = makeCodeRun({ spec: bumped, status: finished("Cancelled", "Cancelled") })

/** A Job that was stopped long ago, and does not end. */
const stays = (changes: Parameters<typeof makeJob>[0]) =>
  makeJob({ stopping: "Cancelled", failing: { ...failed("DeadlineExceeded"), at: long }, ...changes })

/** The status between two attempts. */
const between = (outcome: string, reason: string, more: object = {}, message?: string) => ({
  phase: "Pending",
  reason: "Accepted",
  contextVersion: 2,
  observedGeneration: 2,
  lastUpdate: now,
  jobName: undefined,
  configmapName: undefined,
  startedAt: undefined,
  finishedAt: undefined,
  sessionId: undefined,
  attempts: [{ ...entry, ...more, finishedAt: now, outcome, reason, ...(message === undefined ? {} : { message }) }]
})

export const supersededAttemptCases: ReadonlyArray<PlanCase> = [
  {
    name: "raising contextVersion stops the attempt that runs",
    given: given({ run: raised, jobs: [makeJob({ pod: makePod() })], ...mine }),
    want: { rule, does: [`stop ${jobName} (j1)`] }
  },
  {
    name: "the next attempt waits while the older one saves its work",
    given: given({ run: raised, jobs: [makeJob({ pod: makePod(), stopping: "Cancelled" })], ...mine }),
    want: { rule, does: [] }
  },
  {
    name: "an older attempt whose pod is not there yet is stopped too",
    given: given({ run: raised, jobs: [makeJob()], ...mine }),
    want: { rule, does: [`stop ${jobName} (j1)`] }
  },
  {
    name: "an older attempt is stopped even when a person took our finalizer off",
    given: given({ run: raised, jobs: [makeJob({ pod: makePod(), ...released })], ...mine }),
    want: { rule, does: [`stop ${jobName} (j1)`] }
  },
  {
    name: "a stopped attempt is recorded as Cancelled before it is let go",
    given: given({
      run: raised,
      jobs: [
        jobWith(interrupted({ usage: { costUsd: 0.5 } }), { stopping: "Cancelled", end: failed("DeadlineExceeded") })
      ],
      ...mine
    }),
    want: {
      rule,
      does: ["write Pending/Accepted at 7"],
      status: {
        ...between(
          "Cancelled",
          "Cancelled",
          { exitCode: 1, usage: { costUsd: 0.5, costEstimated: true } },
          "The run was cancelled."
        ),
        usage: { costUsd: 0.5, costEstimated: true }
      }
    }
  },
  {
    name: "an older attempt that delivered meanwhile is recorded as Succeeded",
    given: given({ run: raised, jobs: [jobWith(completed())], ...mine }),
    want: {
      rule,
      does: ["write Pending/Accepted at 7"],
      status: between("Succeeded", "Delivered", { exitCode: 0 })
    }
  },
  {
    name: "an older attempt without a word is recorded as lost",
    given: given({ run: raised, jobs: [makeJob({ end: failed() })], ...mine }),
    want: {
      rule,
      does: ["write Pending/Accepted at 7"],
      status: between(
        "Failed",
        "InfraLost",
        {},
        "The Job failed (BackoffLimitExceeded) and its pod was gone before its result could be read."
      )
    }
  },
  {
    name: "an older attempt that a person deletes is recorded as JobLost",
    given: given({ run: raised, jobs: [makeJob({ deleting: true, pod: makePod() })], ...mine }),
    want: {
      rule,
      does: ["write Pending/Accepted at 7"],
      status: between("Failed", "JobLost", {}, "The Job was deleted while it was running.")
    }
  },
  {
    name: "an older attempt that nobody stopped is judged after the Job controller's last word",
    given: given({ run: raised, jobs: [makeJob({ pod: endedPod(endWith(interrupted())) })], ...mine }),
    want: { rule, does: [] }
  },
  {
    name: "an older attempt without a result is judged after the Job controller's last word",
    given: given({ run: raised, jobs: [makeJob({ pod: endedPod(silentEnd(1)) })], ...mine }),
    want: { rule, does: [] }
  },
  {
    name: "a recorded attempt is let go for the delay of its own outcome",
    given: given({
      run: makeCodeRun({ spec: bumped, status: finished("Succeeded", "Delivered") }),
      jobs: [makeJob({ end: failed() })],
      ...mine
    }),
    want: { rule, does: [`release ${jobName} (j1) for 300 s`] }
  },
  {
    name: "a recorded attempt that a person deletes is let go at once",
    given: given({
      run: makeCodeRun({ spec: bumped, status: finished("Failed", "AgentError") }),
      jobs: [makeJob({ end: failed(), deleting: true })],
      ...mine
    }),
    want: { rule, does: [`release ${jobName} (j1)`] }
  },
  {
    name: "an attempt that is let go does not keep the next one waiting",
    given: given({
      run: makeCodeRun({ spec: bumped, status: finished("Failed", "AgentError") }),
      jobs: [makeJob({ end: failed(), ...released })],
      ...mine
    }),
    want: {
      rule: "jobAbsent",
      does: [
        `create Job ${nextJobName}`,
        `create files ${nextJobName}-0123456789abcdef of the new Job`,
        "write Running/Starting at 7"
      ]
    }
  },
  {
    name: "an automatic retry starts only when the try before it has ended",
    given: given({
      run: makeCodeRun({ status: pausedFor("InfraLost", "2026-03-01T09:40:00Z") }),
      jobs: [makeJob({ pod: makePod() })],
      ...mine
    }),
    want: { rule, does: [`stop ${jobName} (j1)`] }
  },
  {
    name: "a cancelled run with a raised contextVersion still ends its older attempt first",
    given: given({
      run: makeCodeRun({ spec: { ...bumped, cancel: true }, status: running() }),
      jobs: [makeJob({ pod: makePod() })],
      ...mine
    }),
    want: { rule, does: [`stop ${jobName} (j1)`] }
  },
  {
    name: "an invalid spec with a raised contextVersion still ends its older attempt first",
    given: given({
      run: makeCodeRun({ spec: { ...bumped, service: "" }, status: running() }),
      jobs: [makeJob({ pod: makePod() })],
      ...mine
    }),
    want: { rule, does: [`stop ${jobName} (j1)`] }
  },
  {
    name: "an older attempt that cannot be told to stop keeps the next one waiting, with the cluster's words",
    given: given({
      run: raised,
      jobs: [makeJob({ pod: makePod() })],
      feedback: Feedback.Refused({ what: "request to stop", words: "denied", lasting: true }),
      ...mine
    }),
    want: {
      rule,
      does: ["write Pending/WaitingForCapacity at 7"],
      status: {
        message:
          "The cluster rejected the run's request to stop: denied. Check the orchestrator's permissions and the " +
          "namespace's policies."
      }
    }
  },
  {
    name: "an older attempt whose pod does not end is recorded by who stopped it",
    given: given({ run: raised, jobs: [stays({ pod: makePod({ goesAt: long }) })], ...mine }),
    want: {
      rule,
      does: ["write Pending/Accepted at 7"],
      status: { ...between("Cancelled", "Cancelled", {}, "The run was cancelled."), message: next }
    }
  },
  {
    name: "an older attempt that is recorded and whose pod does not end keeps the workspace, and what to do is said",
    given: given({ run: recorded, jobs: [stays({ pod: makePod({ goesAt: long }) })], ...mine }),
    want: {
      rule,
      does: ["write Pending/WaitingForWorkspace at 7"],
      status: { message: `The next attempt waits. ${nodeAway(makePod())}` }
    }
  },
  {
    name: "an older attempt that is recorded and whose Job does not end keeps the workspace",
    given: given({ run: recorded, jobs: [stays({})], ...mine }),
    want: {
      rule,
      does: ["write Pending/WaitingForWorkspace at 7"],
      status: { message: `The next attempt waits. The Job ${jobName} has not ended.` }
    }
  },
  {
    name: "a try of a DocsRun that is recorded and does not end keeps no workspace",
    given: givenDocs({
      run: makeDocsRun({
        status: docsRunning({
          phase: "Pending",
          reason: "InfraLost",
          retryCount: 1,
          attempts: [{ contextVersion: 1, jobName: docsJobName, outcome: "Failed", reason: "InfraLost" }]
        })
      }),
      jobs: [stays({ name: docsJobName })]
    }),
    want: { rule, does: ["write Pending/Accepted at 7"] }
  },
  {
    name: "an older try that does not end says nothing while the run pauses anyway",
    given: given({
      run: makeCodeRun({ status: pausedFor("InfraLost", "2026-03-01T10:00:01Z") }),
      jobs: [stays({})],
      ...mine
    }),
    want: { rule, does: [] }
  },
  {
    name: "a recorded attempt that nobody holds and that does not end any more is left alone",
    given: given({ run: recorded, jobs: [makeJob({ ...released, deleting: true, pod: makePod() })], ...mine }),
    want: { rule, does: [] }
  },
  {
    name: "an older attempt of which no status tells is recorded",
    given: given({
      run: makeCodeRun({ spec: bumped, status: running({ attempts: undefined }), metadata: { generation: 2 } }),
      jobs: [jobWith(completed())],
      ...mine
    }),
    want: { rule, does: ["write Pending/Accepted at 7"], status: between("Succeeded", "Delivered", { exitCode: 0 }) }
  },
  {
    name: "an older attempt is recorded, although one before it is already",
    given: given({
      run: makeCodeRun({
        spec: { contextVersion: 3 },
        status: running({
          contextVersion: 2,
          jobName: nextJobName,
          attempts: [{ contextVersion: 1, jobName, outcome: "Failed" }, { contextVersion: 2, jobName: nextJobName }]
        })
      }),
      jobs: [jobWith(completed(), { name: nextJobName, attempt: { contextVersion: 2, retry: 0 } })],
      ...mine
    }),
    want: { rule, does: ["write Pending/Accepted at 7"] }
  }
]
