import { nodeAway } from "../../../src/decide/NodeAway.ts"
import { givenDocs, givenStarted, makeConfig, presentFiles } from "../../fixtures/Given.ts"
import { complete, failed, gonePod, makeJob, makePod } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { docsJobName, makeCodeRun, makeDocsRun } from "../../fixtures/Runs.ts"
import { docsRunning, endedAttempt, now, running } from "../../fixtures/Statuses.ts"

const rule = "jobFailed"
const run = makeCodeRun({ status: running() })
const once = makeConfig({ retry: { infrastructure: 0 } })

const ends = (name: string, changes: Parameters<typeof makeJob>[0], reason: string, message: string): PlanCase => ({
  name,
  given: givenStarted({ run, jobs: [makeJob(changes)], config: once }),
  want: { rule, does: [`write Failed/${reason} at 7`], status: { message } }
})

const waits = (name: string, changes: Parameters<typeof makeJob>[0]): PlanCase => ({
  name,
  given: givenStarted({ run, jobs: [makeJob(changes)], config: once }),
  want: { rule, does: [] }
})
const long = "2026-03-01T09:50:00Z"

export const jobFailedCases: ReadonlyArray<PlanCase> = [
  waits("a Job that completed, whose pod runs as far as is known, is not judged", { end: complete, pod: makePod() }),
  waits("a Job that failed, whose pod is unknown to a store that is behind, is not judged", {
    end: failed(),
    podBehind: true
  }),
  ends(
    "a pod that a store never hears of is waited for no longer than minutes",
    { end: { ...failed(), at: long }, podBehind: true },
    "InfraLost",
    "The Job failed (BackoffLimitExceeded) and its pod was gone before its result could be read. Raise spec.contextVersion to continue in the same workspace."
  ),
  {
    name: "an attempt that was cancelled and whose pod does not end is judged by who stopped it, with what to do",
    given: givenStarted({
      run,
      jobs: [makeJob({
        stopping: "Cancelled",
        failing: { ...failed("DeadlineExceeded"), at: long },
        pod: makePod({ goesAt: long })
      })]
    }),
    want: {
      rule,
      does: ["write Cancelled/Cancelled at 7"],
      status: { message: `The run was cancelled. ${nodeAway(makePod())}.` }
    }
  },
  ends(
    "a Job that failed while nobody watched its pod is infrastructure loss",
    { end: failed() },
    "InfraLost",
    "The Job failed (BackoffLimitExceeded) and its pod was gone before its result could be read. Raise spec.contextVersion to continue in the same workspace."
  ),
  ends(
    "a Job that completed while nobody watched its pod proves nothing",
    { end: complete },
    "InfraLost",
    "The Job completed, but its pod was gone before its result could be read. Raise spec.contextVersion to continue in the same workspace."
  ),
  ends(
    "a pod that went away without a word is infrastructure loss",
    { end: failed(), pod: gonePod },
    "InfraLost",
    "The Job failed (BackoffLimitExceeded) and its pod was gone before its result could be read. Raise spec.contextVersion to continue in the same workspace."
  ),
  ends(
    "a pod that was evicted before its agent started is infrastructure loss",
    { end: failed("PodFailurePolicy"), pod: makePod({ over: true }) },
    "InfraLost",
    "The pod was evicted, preempted or lost with its node. Raise spec.contextVersion to continue in the same workspace."
  ),
  ends(
    "a pod that was evicted is infrastructure loss, in the node's words",
    {
      end: failed("PodFailurePolicy"),
      pod: makePod({ over: true, disruption: "The node was low on resource: memory" })
    },
    "InfraLost",
    "The pod was evicted, preempted or lost with its node. The node was low on resource: memory. Raise spec.contextVersion to continue in the same workspace."
  ),
  ends(
    "a pod that failed before its agent started is no infrastructure loss",
    { end: failed(), pod: makePod({ over: true }) },
    "SetupFailed",
    `The pod ${makePod().name} failed before the agent started. See its log.`
  ),
  ends(
    "a pod that was not ready within the time limit ran too long",
    { end: failed("DeadlineExceeded"), pod: gonePod },
    "DeadlineExceeded",
    "The attempt exceeded its time limit. Raise spec.timeoutSeconds and spec.contextVersion to continue in the same session."
  ),
  {
    name: "the attempt is closed without an exit code",
    given: givenStarted({ run, jobs: [makeJob({ end: failed() })], config: once }),
    want: {
      rule,
      does: ["write Failed/InfraLost at 7"],
      status: {
        finishedAt: now,
        expiresAt: "2026-03-01T11:00:00Z",
        usage: undefined,
        attempts: [
          endedAttempt("Failed", "InfraLost", {
            message: "The Job failed (BackoffLimitExceeded) and its pod was gone before its result could be read."
          })
        ]
      }
    }
  },
  {
    name: "a DocsRun whose Job failed without a word is lost",
    given: givenDocs({
      run: makeDocsRun({ status: docsRunning() }),
      jobs: [makeJob({ name: docsJobName, end: failed() })],
      files: presentFiles,
      config: once
    }),
    want: { rule, does: ["write Failed/InfraLost at 7"] }
  }
]
