import { givenDocs, givenStarted, makeConfig, presentFiles } from "../../fixtures/Given.ts"
import { complete, endedPod, endWith, failed, jobWith, makeJob, silentEnd, silentJob } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { completed, delivery, failedWith, interrupted, undelivered } from "../../fixtures/Results.ts"
import { docsJobName, jobName, makeCodeRun, makeDocsRun, session } from "../../fixtures/Runs.ts"
import { docsRunning, endedAttempt, now, readyFact, running, started } from "../../fixtures/Statuses.ts"

const rule = "jobFinished"
const run = makeCodeRun({ status: running() })
const runnerUsage = { costUsd: 0.25, inputTokens: 1000, outputTokens: 200, turns: 4 }
/** Of the runner: its money is an estimate. */
const usage = { ...runnerUsage, costEstimated: true }
const head = "0123456789abcdef0123456789abcdef01234567"
const delivered = "Pushed feature/task-12-implementation at 0123456789ab."

/** Without automatic retries, the run ends with this reason when its Job is like this. */
const ends = (name: string, job: ReturnType<typeof makeJob>, reason: string, status: object = {}): PlanCase => ({
  name,
  given: givenStarted({ run, jobs: [job], config: makeConfig({ retry: { infrastructure: 0 } }) }),
  want: {
    rule,
    does: [`write ${reason === "Delivered" ? "Succeeded" : "Failed"}/${reason} at 7`],
    status: { ...status }
  }
})

export const jobFinishedCases: ReadonlyArray<PlanCase> = [
  ends(
    "a verified branch on the remote is success",
    jobWith(completed({ usage: runnerUsage, sessionId: session })),
    "Delivered",
    {
      message: delivered,
      lastUpdate: now,
      finishedAt: now,
      expiresAt: "2026-03-01T10:05:00Z",
      startedAt: started,
      branch: "feature/task-12-implementation",
      headCommit: head,
      pullRequestUrl: undefined,
      sessionId: session,
      usage,
      conditions: [
        readyFact("True", "Delivered", delivered, now),
        {
          type: "Delivered",
          status: "True",
          reason: "BranchPushed",
          message: "The branch was pushed; no pull request was opened.",
          lastTransitionTime: now
        }
      ],
      attempts: [endedAttempt("Succeeded", "Delivered", { exitCode: 0, usage })]
    }
  ),
  ends(
    "a pull request is remembered",
    jobWith(completed({ delivery: delivery({ pullRequestUrl: "https://github.com/acme/api/pull/3" }) })),
    "Delivered",
    { pullRequestUrl: "https://github.com/acme/api/pull/3" }
  ),
  ends(
    "success is reported before the Job controller has counted",
    makeJob({ pod: endedPod(endWith(completed())) }),
    "Delivered"
  ),
  ends("success is success when the Job failed afterwards", jobWith(completed(), { end: failed() }), "Delivered"),
  ends(
    "an agent that says it is done without proof of delivery has failed",
    makeJob({ end: complete, pod: endedPod(endWith({ outcome: "Completed", message: "Done." })) }),
    "AgentError",
    { message: "The agent ended, but the runner reported no delivery.", branch: undefined }
  ),
  ends(
    "a refused push is no success, and the remote's words are kept",
    jobWith(completed({ delivery: undelivered({ pushRefused: "protected branch" }) })),
    "PushRejected",
    {
      message: "The remote rejected the push of feature/task-12-implementation: protected branch",
      branch: undefined,
      headCommit: undefined
    }
  ),
  ends(
    "a branch that is not on the remote is no success",
    jobWith(completed({ delivery: undelivered() })),
    "PushRejected",
    { message: "The remote has no branch feature/task-12-implementation." }
  ),
  ends(
    "an agent that changed nothing has not delivered",
    jobWith(completed({ delivery: undelivered({ changed: false }) })),
    "NoChanges",
    { message: "The agent made no changes: Added the endpoint." }
  ),
  ends("the runner's reason is the run's", jobWith(failedWith("SetupFailed")), "SetupFailed", {
    message: "It did not work.",
    expiresAt: "2026-03-01T11:00:00Z"
  }),
  ends("a spent budget is reported", jobWith(failedWith("BudgetExceeded")), "BudgetExceeded"),
  ends("a failure without a reason is the agent's", jobWith(failedWith()), "AgentError"),
  ends(
    "a failure is reported before the Job controller has counted",
    jobWith(failedWith(), { end: undefined }),
    "AgentError"
  ),
  ends(
    "an agent that was interrupted at its time limit ran too long",
    jobWith(interrupted(), { end: failed("DeadlineExceeded") }),
    "DeadlineExceeded"
  ),
  ends(
    "an interrupted agent on a drained node is infrastructure loss",
    jobWith(interrupted(), { end: failed("PodFailurePolicy") }),
    "InfraLost",
    {
      message:
        "The pod was evicted, preempted or lost with its node. Raise spec.contextVersion to continue in the same workspace."
    }
  ),
  ends(
    "an interrupted agent whose pod a person deleted is infrastructure loss",
    jobWith(interrupted(), { end: failed() }),
    "InfraLost",
    {
      message:
        "The pod was stopped from outside (BackoffLimitExceeded). Raise spec.contextVersion to continue in the same workspace."
    }
  ),
  ends(
    "what an interrupted agent used and delivered is kept",
    jobWith(interrupted({ usage: runnerUsage, delivery: delivery() }), { end: failed("PodFailurePolicy") }),
    "InfraLost",
    { usage, headCommit: head, branch: "feature/task-12-implementation" }
  ),
  {
    name: "who interrupted the agent is not guessed before the Job controller's last word",
    given: givenStarted({ run, jobs: [makeJob({ pod: endedPod(endWith(interrupted())) })] }),
    want: { rule: "jobRunning", does: [] }
  },
  ends(
    "a container that failed without a result is the agent's failure",
    silentJob(1),
    "AgentError",
    {
      message:
        "The agent's container ended with exit code 1 and no valid result: expected the runner's result as JSON, found nothing"
    }
  ),
  {
    name: "an interrupted agent is not judged before the Job controller's last word",
    given: givenStarted({ run, jobs: [silentJob(1, { end: undefined })] }),
    want: { rule: "jobRunning", does: [] }
  },
  ends(
    "a container that ended well without a result has not delivered",
    silentJob(0, { end: complete }, "Completed"),
    "AgentError"
  ),
  ends(
    "a result that is not JSON says what was found",
    makeJob({ end: failed(), pod: endedPod(silentEnd(1, "Error", "Segmentation fault")) }),
    "AgentError",
    {
      message:
        "The agent's container ended with exit code 1 and no valid result: expected the runner's result as JSON, " +
        "found 18 characters that are not JSON"
    }
  ),
  ends(
    "a forged result with an outcome of its own is no result",
    makeJob({
      end: complete,
      pod: endedPod(silentEnd(0, "Completed", "{\"outcome\":\"Delivered\",\"message\":\"\"}"))
    }),
    "AgentError"
  ),
  ends("an agent that ran out of memory is reported as that", silentJob(137, {}, "OOMKilled"), "AgentError", {
    message: "The agent ran out of memory. Raise agent.resources.limits.memory."
  }),
  ends(
    "a killed container on an evicted pod is infrastructure loss",
    silentJob(137, { end: failed("PodFailurePolicy") }),
    "InfraLost"
  ),
  ends(
    "a container that was killed at its time limit ran too long",
    silentJob(137, { end: failed("DeadlineExceeded") }),
    "DeadlineExceeded"
  ),
  ends("a container that a signal ended without anyone we know is infrastructure loss", silentJob(143), "InfraLost"),
  ends(
    "a container lost with a restart of its node is infrastructure loss",
    silentJob(137, {}, "ContainerStatusUnknown"),
    "InfraLost"
  ),
  {
    name: "a resumed session is reported",
    given: givenStarted({
      run,
      jobs: [jobWith(completed({ resumed: true, sessionId: "00000000-0000-8000-8000-000000000002" }))]
    }),
    want: {
      rule,
      does: ["write Succeeded/Delivered at 7"],
      status: {
        sessionId: "00000000-0000-8000-8000-000000000002",
        attempts: [{
          contextVersion: 1,
          jobName,
          sessionId: "00000000-0000-8000-8000-000000000002",
          startedAt: started,
          exitCode: 0,
          resumed: true,
          finishedAt: now,
          outcome: "Succeeded",
          reason: "Delivered"
        }]
      }
    }
  },
  {
    name: "usage is summed over attempts",
    given: givenStarted({
      run: makeCodeRun({ status: running({ usage: { costUsd: 0.1, turns: 2 } }) }),
      jobs: [jobWith(completed({ usage: { costUsd: 0.2, outputTokens: 7 } }))]
    }),
    want: {
      rule,
      does: ["write Succeeded/Delivered at 7"],
      status: { usage: { costUsd: 0.3, costEstimated: true, outputTokens: 7, turns: 2 } }
    }
  },
  {
    name: "with cleanup off nothing expires",
    given: givenStarted({ run, jobs: [jobWith(completed())], config: makeConfig({ cleanup: { enabled: false } }) }),
    want: { rule, does: ["write Succeeded/Delivered at 7"], status: { expiresAt: undefined, finishedAt: now } }
  },
  {
    name: "a result is reported even when the status Running was never written",
    given: givenStarted({ run: makeCodeRun(), jobs: [jobWith(completed())] }),
    want: {
      rule,
      does: ["write Succeeded/Delivered at 7"],
      status: {
        contextVersion: 1,
        attempts: [endedAttempt("Succeeded", "Delivered", { exitCode: 0 })]
      }
    }
  },
  {
    name: "a DocsRun's delivery is reported",
    given: givenDocs({
      run: makeDocsRun({ status: docsRunning() }),
      jobs: [jobWith(completed({ delivery: delivery({ branch: "docs/guide-3f9c2a1b" }) }), { name: docsJobName })],
      files: presentFiles
    }),
    want: {
      rule,
      does: ["write Succeeded/Delivered at 7"],
      status: { branch: "docs/guide-3f9c2a1b", headCommit: head }
    }
  },
  {
    name: "a DocsRun's rejected push is reported",
    given: givenDocs({
      run: makeDocsRun({ status: docsRunning() }),
      jobs: [jobWith(completed({ delivery: undelivered({ pushRefused: "no" }) }), { name: docsJobName })],
      files: presentFiles
    }),
    want: { rule, does: ["write Failed/PushRejected at 7"] }
  }
]
