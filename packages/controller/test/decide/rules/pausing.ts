import { given, givenDocs, givenStarted, makeConfig, presentFiles, workspace } from "../../fixtures/Given.ts"
import { brokeredJob, failed, jobWith, makeJob, makePod } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { brokerResult, failedWith, interrupted } from "../../fixtures/Results.ts"
import {
  againJobName,
  docsJobName,
  jobName,
  makeCodeRun,
  makeDocsRun,
  nextJobName,
  session
} from "../../fixtures/Runs.ts"
import { docsRunning, finished, now, pausedFor, readyFact, running, started } from "../../fixtures/Statuses.ts"

const run = makeCodeRun({ status: running() })
const mine = { workspace: workspace({ tag: "mine" }) }
const later = "2026-03-01T12:00:00Z"
const past = "2026-03-01T09:45:00Z"
const goesOn = ` The run resumes at`

/** The attempt ends, and the run goes on by itself. */
const pauses = (name: string, observed: PlanCase["given"], reason: string, status: object): PlanCase => ({
  name,
  given: observed,
  want: { rule: "jobFinished", does: [`write Pending/${reason} at 7`], status: { ...status } }
})

const entry = (reason: string, exitCode: number, more: object = {}) => ({
  contextVersion: 1,
  jobName,
  sessionId: session,
  startedAt: started,
  exitCode,
  ...more,
  finishedAt: now,
  outcome: "Failed",
  reason,
  message: reason === "RateLimited" ? "It did not work." : "The pod was evicted, preempted or lost with its node."
})

const limitedAt = "2026-03-01T09:59:00Z"
const limited = (resetAt?: string) =>
  brokeredJob(failedWith("RateLimited"), brokerResult(resetAt === undefined ? { limitedAt } : { limitedAt, resetAt }), {
    end: failed()
  })
const until = (time: string) => `It did not work.${goesOn} ${time}.`

/** A status that says how often a limit was waited for. */
const waitedFor = (count: number, retryCount?: number) =>
  running({
    ...(retryCount === undefined ? {} : { retryCount }),
    attempts: [{ contextVersion: 1, retry: count, jobName: `code-api-v1-r${count}-3f9c2a1b` }]
  })
const again = (count: number, job: ReturnType<typeof makeJob>) =>
  makeJob({ ...job, name: `code-api-v1-r${count}-3f9c2a1b`, attempt: { contextVersion: 1, retry: count } })

export const pausingCases: ReadonlyArray<PlanCase> = [
  pauses(
    "a usage limit is waited for until the broker's reset time",
    givenStarted({ run, jobs: [limited(later)] }),
    "RateLimited",
    {
      message: until(later),
      resumesAt: later,
      retryCount: undefined,
      finishedAt: undefined,
      expiresAt: undefined,
      contextVersion: 1,
      jobName,
      conditions: [
        readyFact("False", "RateLimited", until(later), started),
        { ...readyFact("False", "RateLimited", until(later), now), type: "Progressing" },
        {
          type: "Delivered",
          status: "True",
          reason: "PullRequestOpen",
          message: "Pull request: https://github.com/acme/api/pull/3",
          lastTransitionTime: now
        }
      ],
      attempts: [entry("RateLimited", 1)]
    }
  ),
  pauses(
    "with a broker, the runner's word on the reset time does not count",
    givenStarted({
      run,
      jobs: [
        brokeredJob({ ...failedWith("RateLimited"), resetAt: later }, brokerResult({ limitedAt }), { end: failed() })
      ]
    }),
    "RateLimited",
    { resumesAt: "2026-03-01T10:01:00Z" }
  ),
  pauses(
    "without a broker it does",
    givenStarted({ run, jobs: [jobWith({ ...failedWith("RateLimited"), resetAt: later })] }),
    "RateLimited",
    { resumesAt: later }
  ),
  ...[[1, "10:02:00"], [3, "10:08:00"], [4, "10:16:00"], [5, "10:30:00"], [19, "10:30:00"]].map(([count, time]) =>
    pauses(
      `a limit without a known end is waited for longer each time: ${count} waits before`,
      givenStarted({
        run: makeCodeRun({ status: waitedFor(Number(count)) }),
        jobs: [again(Number(count), limited())]
      }),
      "RateLimited",
      { resumesAt: `2026-03-01T${time}Z` }
    )
  ),
  pauses("a reset time that is past says nothing", givenStarted({ run, jobs: [limited(past)] }), "RateLimited", {
    resumesAt: "2026-03-01T10:01:00Z"
  }),
  pauses("nor does one that is no time", givenStarted({ run, jobs: [limited("soon")] }), "RateLimited", {
    resumesAt: "2026-03-01T10:01:00Z"
  }),
  pauses(
    "no limit is waited for longer than eight days",
    givenStarted({ run, jobs: [limited("2099-01-01T00:00:00Z")] }),
    "RateLimited",
    { resumesAt: "2026-03-09T10:00:00Z" }
  ),
  pauses(
    "automatic retries are not counted as waits for a limit",
    givenStarted({ run: makeCodeRun({ status: waitedFor(2, 2) }), jobs: [again(2, limited())] }),
    "RateLimited",
    { resumesAt: "2026-03-01T10:01:00Z", retryCount: 2 }
  ),
  {
    name: "a limit that does not end fails the run at last",
    given: givenStarted({ run: makeCodeRun({ status: waitedFor(20) }), jobs: [again(20, limited(later))] }),
    want: {
      rule: "jobFinished",
      does: ["write Failed/RateLimited at 7"],
      status: {
        resumesAt: undefined,
        message: "It did not work. The usage limit did not clear in time. Raise spec.contextVersion to continue."
      }
    }
  },
  pauses(
    "infrastructure loss is tried again, and counted",
    givenStarted({ run, jobs: [jobWith(interrupted({ usage: { turns: 3 } }), { end: failed("PodFailurePolicy") })] }),
    "InfraLost",
    {
      message: `The pod was evicted, preempted or lost with its node.${goesOn} 2026-03-01T10:00:10Z.`,
      resumesAt: "2026-03-01T10:00:10Z",
      retryCount: 1,
      usage: { turns: 3 },
      attempts: [entry("InfraLost", 1, { usage: { turns: 3 } })]
    }
  ),
  pauses(
    "the second time later",
    givenStarted({
      run: makeCodeRun({ status: waitedFor(1, 1) }),
      jobs: [again(1, jobWith(interrupted(), { end: failed("PodFailurePolicy") }))]
    }),
    "InfraLost",
    { resumesAt: "2026-03-01T10:00:20Z", retryCount: 2 }
  ),
  pauses(
    "waits for a limit do not use up the automatic retries",
    givenStarted({
      run: makeCodeRun({ status: waitedFor(7) }),
      jobs: [again(7, jobWith(interrupted(), { end: failed("PodFailurePolicy") }))]
    }),
    "InfraLost",
    { resumesAt: "2026-03-01T10:00:10Z", retryCount: 1 }
  ),
  {
    name: "as often as retry.infrastructure says",
    given: givenStarted({
      run: makeCodeRun({ status: waitedFor(2, 2) }),
      jobs: [again(2, jobWith(interrupted(), { end: failed("PodFailurePolicy") }))]
    }),
    want: {
      rule: "jobFinished",
      does: ["write Failed/InfraLost at 7"],
      status: {
        retryCount: 2,
        message:
          "The pod was evicted, preempted or lost with its node. Raise spec.contextVersion to continue in the same workspace."
      }
    }
  },
  {
    name: "an agent's failure is not tried again",
    given: givenStarted({ run, jobs: [jobWith(failedWith("AgentError"))] }),
    want: { rule: "jobFinished", does: ["write Failed/AgentError at 7"], status: { retryCount: undefined } }
  },
  {
    name: "a Job without a word is tried again",
    given: givenStarted({ run, jobs: [makeJob({ end: failed() })] }),
    want: { rule: "jobFailed", does: ["write Pending/InfraLost at 7"], status: { retryCount: 1 } }
  },
  {
    name: "a DocsRun's Job without a word is tried again",
    given: givenDocs({
      run: makeDocsRun({ status: docsRunning() }),
      jobs: [makeJob({ name: docsJobName, end: failed("PodFailurePolicy"), pod: makePod({ over: true }) })],
      files: presentFiles
    }),
    want: { rule: "jobFailed", does: ["write Pending/InfraLost at 7"], status: { retryCount: 1, contextVersion: 1 } }
  },
  {
    name: "the Job of the attempt before is let go meanwhile",
    given: given({
      run: makeCodeRun({ status: pausedFor("RateLimited", later) }),
      jobs: [limited()],
      ...mine
    }),
    want: { rule: "supersededAttempt", does: [`release ${jobName} (j1) for 3600 s`] }
  },
  {
    name: "nothing is done until the time has come",
    given: given({ run: makeCodeRun({ status: pausedFor("RateLimited", later) }), ...mine }),
    want: { rule: "pausing", does: [] }
  },
  {
    name: "then the same version goes on in a Job of its own",
    given: given({ run: makeCodeRun({ status: pausedFor("RateLimited", past) }), ...mine }),
    want: {
      rule: "jobAbsent",
      does: [
        `create Job ${againJobName}`,
        `create files ${againJobName}-0123456789abcdef of the new Job`
      ]
    }
  },
  {
    name: "a time that cannot be read holds nothing up",
    given: given({ run: makeCodeRun({ status: pausedFor("InfraLost", "soon") }), ...mine }),
    want: {
      rule: "jobAbsent",
      does: [
        `create Job ${againJobName}`,
        `create files ${againJobName}-0123456789abcdef of the new Job`
      ]
    }
  },
  {
    name: "a Job that was made before a crash is the one that goes on",
    given: givenStarted({
      run: makeCodeRun({ status: pausedFor("InfraLost", past) }),
      jobs: [makeJob({ name: againJobName, attempt: { contextVersion: 1, retry: 1 }, pod: makePod() })]
    }),
    want: {
      rule: "jobRunning",
      does: ["write Running/AgentRunning at 7"],
      status: {
        jobName: againJobName,
        retryCount: 1,
        resumesAt: undefined,
        attempts: [
          ...(pausedFor("InfraLost", past)["attempts"] as ReadonlyArray<unknown>),
          { contextVersion: 1, retry: 1, jobName: againJobName, sessionId: session, startedAt: started }
        ]
      }
    }
  },
  {
    name: "a Job that was made before a crash is the one that goes on, also when the clock was set back",
    given: givenStarted({
      run: makeCodeRun({ status: pausedFor("InfraLost", later) }),
      jobs: [makeJob({ name: againJobName, attempt: { contextVersion: 1, retry: 1 }, pod: makePod() })]
    }),
    want: { rule: "jobRunning", does: ["write Running/AgentRunning at 7"], status: { resumesAt: undefined } }
  },
  {
    name: "cancelling ends the wait",
    given: given({
      run: makeCodeRun({ spec: { cancel: true }, status: pausedFor("RateLimited", later) }),
      ...mine
    }),
    want: {
      rule: "cancelled",
      does: ["write Cancelled/Cancelled at 7"],
      status: {
        resumesAt: undefined,
        message: "The run was cancelled.",
        attempts: pausedFor("RateLimited", later)["attempts"]
      }
    }
  },
  {
    name: "a raised contextVersion ends the wait",
    given: given({
      run: makeCodeRun({ spec: { contextVersion: 2 }, status: pausedFor("InfraLost", later) }),
      ...mine
    }),
    want: {
      rule: "jobAbsent",
      does: [
        `create Job ${nextJobName}`,
        `create files ${nextJobName}-0123456789abcdef of the new Job`
      ]
    }
  },
  {
    name: "a run that may spend no more does not wait to be told so",
    given: given({
      run: makeCodeRun({ spec: { maxCostUsd: 1 }, status: pausedFor("RateLimited", later, { usage: { costUsd: 1 } }) }),
      ...mine
    }),
    want: { rule: "budgetSpent", does: ["write Failed/BudgetExceeded at 7"], status: { resumesAt: undefined } }
  },
  {
    name: "a finished run waits for nothing",
    given: given({ run: makeCodeRun({ status: finished("Failed", "RateLimited", { resumesAt: past }) }), ...mine }),
    want: { rule: "terminal", does: [] }
  },
  {
    name: "no automatic retry where there is to be none",
    given: givenStarted({
      run,
      jobs: [makeJob({ end: failed("PodFailurePolicy") })],
      config: makeConfig({ retry: { infrastructure: 0 } })
    }),
    want: { rule: "jobFailed", does: ["write Failed/InfraLost at 7"], status: { retryCount: undefined } }
  }
]
