import { given, givenStarted, makeConfig } from "../../fixtures/Given.ts"
import { endedPod, endWith, gonePod, makeJob, makePod } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { completed, interrupted } from "../../fixtures/Results.ts"
import { jobName, makeCodeRun, uid } from "../../fixtures/Runs.ts"
import { finished, running, started } from "../../fixtures/Statuses.ts"

const config = makeConfig({ kueue: { queueName: "agents" } })
const inQueue = { queue: "agents", suspended: true }
const pending = { reason: "Pending", message: "couldn't assign flavors to pod set main: insufficient quota for cpu" }
const preempted = { reason: "Preempted", message: "Preempted to accommodate a workload of higher priority" }

const words = `The Job ${jobName} waits in the LocalQueue agents: ${pending.message}.`
const entry = [{ contextVersion: 1, jobName, sessionId: "ses", startedAt: started }]
const waits = { phase: "Pending", reason: "WaitingForAdmission", message: words }

const queuedJob = (changes: object = {}) =>
  makeJob({ ...inQueue, workload: { pending, evicted: undefined }, ...changes })
const evictedJob = (changes: object = {}) =>
  makeJob({ ...inQueue, workload: { pending, evicted: preempted }, pod: makePod(), ...changes })
const cancel = makeCodeRun({ spec: { cancel: true }, status: running() })

export const queuedCases: ReadonlyArray<PlanCase> = [
  {
    name: "a run that goes to a queue says nothing before Kueue does",
    given: given({ config }),
    want: {
      rule: "jobAbsent",
      does: [
        `lease workspace-api (pvc1@41) to ${uid}`,
        `create Job ${jobName}`,
        `create files ${jobName}-0123456789abcdef of the new Job`
      ]
    }
  },
  {
    name: "a Job that Kueue has not admitted waits in its words",
    given: givenStarted({ config, jobs: [queuedJob()] }),
    want: {
      rule: "queued",
      does: ["write Pending/WaitingForAdmission at 7"],
      status: { ...waits, finishedAt: undefined }
    }
  },
  {
    name: "a Job of which Kueue has said nothing waits too",
    given: givenStarted({ config, jobs: [queuedJob({ workload: undefined })] }),
    want: {
      rule: "queued",
      does: ["write Pending/WaitingForAdmission at 7"],
      status: { message: `The Job ${jobName} waits in the LocalQueue agents; Kueue has said nothing of it yet.` }
    }
  },
  {
    name: "it waits for as long as it takes",
    given: givenStarted({ config, now: "2026-03-09T10:00:00Z", jobs: [queuedJob()] }),
    want: { rule: "queued", does: ["write Pending/WaitingForAdmission at 7"] }
  },
  {
    name: "its files are made again before it is admitted",
    given: given({ config, jobs: [queuedJob()] }),
    want: { rule: "filesAbsent", does: [`create files ${jobName}-0123456789abcdef of j1`] }
  },
  {
    name: "a Job that was admitted runs like any other",
    given: givenStarted({
      config,
      run: makeCodeRun({ status: running() }),
      jobs: [queuedJob({ suspended: false, pod: makePod() })]
    }),
    want: { rule: "jobRunning", does: [] }
  },
  {
    name: "a queued run that is cancelled leaves its queue",
    given: givenStarted({ config, run: makeCodeRun({ spec: { cancel: true }, status: waits }), jobs: [queuedJob()] }),
    want: { rule: "cancelled", does: [`delete ${jobName} (j1)`] }
  },
  {
    name: "and has ended when its Job goes",
    given: givenStarted({
      config,
      run: makeCodeRun({ spec: { cancel: true }, status: waits }),
      jobs: [queuedJob({ deleting: true })]
    }),
    want: { rule: "cancelled", does: ["write Cancelled/Cancelled at 7"] }
  },
  {
    name: "a queued attempt whose version is raised leaves its queue",
    given: given({ config, run: makeCodeRun({ spec: { contextVersion: 2 } }), jobs: [queuedJob()] }),
    want: { rule: "supersededAttempt", does: [`delete ${jobName} (j1)`] }
  },
  {
    name: "and is recorded as cancelled",
    given: given({ config, run: makeCodeRun({ spec: { contextVersion: 2 } }), jobs: [queuedJob({ deleting: true })] }),
    want: { rule: "supersededAttempt", does: ["write Pending/Accepted at 7"] }
  },
  {
    name: "a Job that ended before it was admitted is let go of out of the queue",
    given: givenStarted({
      config,
      run: makeCodeRun({ status: finished("Cancelled", "Cancelled") }),
      jobs: [queuedJob()]
    }),
    want: { rule: "terminal", does: [`delete ${jobName} (j1)`] }
  },
  {
    name: "an attempt that lost its place waits for its pod to save its work",
    given: givenStarted({ config, run: makeCodeRun({ status: running() }), jobs: [evictedJob()] }),
    want: { rule: "evicted", does: [] }
  },
  {
    name: "an attempt that lost its place is InfraLost, and goes on by itself",
    given: givenStarted({
      config,
      run: makeCodeRun({ status: running() }),
      jobs: [evictedJob({ pod: endedPod(endWith(interrupted())) })]
    }),
    want: {
      rule: "evicted",
      does: ["write Pending/InfraLost at 7"],
      status: {
        message: `Kueue evicted the attempt: ${preempted.message}. The run resumes at 2026-03-01T10:00:10Z.`
      }
    }
  },
  {
    name: "also where nobody has seen its pod end",
    given: givenStarted({
      config,
      run: makeCodeRun({ status: running() }),
      jobs: [evictedJob({ pod: undefined })]
    }),
    want: { rule: "evicted", does: ["write Pending/InfraLost at 7"] }
  },
  {
    name: "an attempt that had delivered when it lost its place is Delivered",
    given: givenStarted({
      config,
      run: makeCodeRun({ status: running() }),
      jobs: [evictedJob({ pod: endedPod(endWith(completed())) })]
    }),
    want: { rule: "jobFinished", does: ["write Succeeded/Delivered at 7"] }
  },
  {
    name: "a pod that never began makes no attempt of its own",
    given: givenStarted({
      config,
      run: makeCodeRun({ status: waits }),
      jobs: [evictedJob({ pod: makePod({ begun: false, over: true }) })]
    }),
    want: { rule: "queued", does: ["write Pending/WaitingForAdmission at 7"] }
  },
  {
    name: "an attempt that lost its place while it was being cancelled is Cancelled",
    given: givenStarted({ config, run: cancel, jobs: [evictedJob({ pod: gonePod })] }),
    want: { rule: "cancelled", does: ["write Cancelled/Cancelled at 7"] }
  },
  {
    name: "an attempt that lost its place when its time was up has had its time",
    given: givenStarted({
      config,
      run: makeCodeRun({ status: running() }),
      jobs: [evictedJob({ pod: endedPod(endWith(interrupted())), stopping: "DeadlineExceeded" })]
    }),
    want: { rule: "jobFinished", does: ["write Failed/DeadlineExceeded at 7"] }
  },
  {
    name: "the next attempt leaves the former one no place in the queue",
    given: given({
      config,
      run: makeCodeRun({
        spec: { contextVersion: 2 },
        status: running({ attempts: [{ ...entry[0], outcome: "Failed" }] })
      }),
      jobs: [evictedJob({ pod: gonePod })]
    }),
    want: { rule: "supersededAttempt", does: [`delete ${jobName} (j1)`] }
  },
  {
    name: "a former Job that is out of the queue is let go",
    given: given({
      config,
      run: makeCodeRun({
        spec: { contextVersion: 2 },
        status: running({ attempts: [{ ...entry[0], outcome: "Failed" }] })
      }),
      jobs: [evictedJob({ pod: gonePod, deleting: true })]
    }),
    want: { rule: "supersededAttempt", does: [`release ${jobName} (j1)`] }
  },
  {
    name: "a Job that a person has suspended is none of Kueue's",
    given: givenStarted({
      run: makeCodeRun({ spec: { cancel: true }, status: running() }),
      jobs: [makeJob({ suspended: true })]
    }),
    want: { rule: "cancelled", does: [`stop ${jobName} (j1)`, "write Running/Cancelling at 7"] }
  }
]
