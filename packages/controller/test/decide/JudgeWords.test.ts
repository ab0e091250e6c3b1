/** What the status says of how an attempt ended: each kind of end in its words. */
import { assert, describe, it } from "@effect/vitest"
import type { AgentResult } from "@orchestrator/domain/AgentResult"
import { type BrokerResult, emptyBrokerResult } from "@orchestrator/domain/BrokerResult"
import { judgeAgent, judgeJob } from "../../src/decide/Judge.ts"
import type { ObservedJob } from "../../src/facts/Observed.ts"
import type { AgentEnd } from "../../src/facts/Reports.ts"
import {
  brokeredJob,
  brokerReportFrom,
  complete,
  endedPod,
  endWith,
  failed,
  makeJob,
  makePod,
  silentEnd
} from "../fixtures/Jobs.ts"
import {
  brokerResult,
  completed,
  delivery,
  failedWith,
  interrupted,
  pullRequest,
  runnerReport,
  undelivered
} from "../fixtures/Results.ts"

const credentials = { modelKey: "The key K of the Secret S", gitAccess: "The key token of the Secret T" }

describe("a Job that left no word says what is known of its end", () => {
  const gone = "and its pod was gone before its result could be read."
  const limit = { reason: "DeadlineExceeded", message: "The attempt exceeded its time limit." } as const
  const blocked = { reason: "Unschedulable", message: "No node." } as const

  it.each<{ name: string; job: ObservedJob; neverBegan?: typeof blocked; want: ReturnType<typeof judgeJob> }>([
    {
      name: "nobody knows more",
      job: makeJob({ end: failed() }),
      want: { reason: "InfraLost", message: `The Job failed (BackoffLimitExceeded) ${gone}` }
    },
    {
      name: "it completed",
      job: makeJob({ end: complete }),
      want: {
        reason: "InfraLost",
        message: "The Job completed, but its pod was gone before its result could be read."
      }
    },
    {
      name: "it is about to fail, and its pod is gone",
      job: makeJob({ failing: failed("BackoffLimitExceeded") }),
      want: { reason: "InfraLost", message: `The Job failed (BackoffLimitExceeded) ${gone}` }
    },
    {
      name: "it is about to fail, and its pod does not end",
      job: makeJob({ failing: failed("BackoffLimitExceeded"), pod: makePod() }),
      want: { reason: "InfraLost", message: "The Job failed (BackoffLimitExceeded) and its pod did not end." }
    },
    {
      name: "its pod did not get the files that it was to have",
      job: makeJob({ end: failed(), pod: makePod({ over: true, filesRefused: true }) }),
      want: { reason: "InfraLost", message: "The attempt's files did not match the digest in its Job." }
    },
    {
      name: "its pod failed before the agent",
      job: makeJob({ end: failed(), pod: makePod({ over: true }) }),
      want: {
        reason: "SetupFailed",
        message: "The pod code-api-v1-3f9c2a1b-x7k2p failed before the agent started. See its log."
      }
    },
    {
      name: "its pod failed before the agent, and is gone",
      job: makeJob({ end: failed(), pod: makePod({ over: true, gone: true }) }),
      want: { reason: "InfraLost", message: `The Job failed (BackoffLimitExceeded) ${gone}` }
    },
    { name: "its time was over", job: makeJob({ end: failed("DeadlineExceeded") }), want: limit },
    {
      name: "its time was over, of so many seconds",
      job: makeJob({ end: failed("DeadlineExceeded"), timeoutSeconds: 60 }),
      want: { ...limit, message: "The attempt exceeded its time limit of 60 s." }
    },
    {
      name: "its time was over, and its agent had never begun",
      job: makeJob({ end: failed("DeadlineExceeded") }),
      neverBegan: blocked,
      want: blocked
    },
    {
      name: "its agent had its time, although it had never begun",
      job: makeJob({ stopping: "DeadlineExceeded", end: failed("DeadlineExceeded") }),
      neverBegan: blocked,
      want: limit
    },
    {
      name: "it failed otherwise, and its agent had never begun",
      job: makeJob({ end: failed() }),
      neverBegan: blocked,
      want: { reason: "InfraLost", message: `The Job failed (BackoffLimitExceeded) ${gone}` }
    },
    {
      name: "it was disrupted",
      job: makeJob({ end: failed("PodFailurePolicy") }),
      want: { reason: "InfraLost", message: "The pod was evicted, preempted or lost with its node." }
    },
    {
      name: "it was disrupted, by whom is known",
      job: makeJob({ end: failed("PodFailurePolicy"), pod: makePod({ over: true, disruption: "Preempted by x" }) }),
      want: { reason: "InfraLost", message: "The pod was evicted, preempted or lost with its node. Preempted by x." }
    },
    {
      name: "it is being deleted",
      job: makeJob({ deleting: true }),
      want: { reason: "JobLost", message: "The Job was deleted while it was running." }
    },
    {
      name: "its agent had its time, and it failed otherwise",
      job: makeJob({ stopping: "DeadlineExceeded", end: failed() }),
      want: limit
    },
    {
      name: "it is deleted after its agent had ended without a word",
      job: makeJob({ stopping: "Finished", deleting: true, pod: endedPod(silentEnd(1)) }),
      want: { reason: "InfraLost", message: `The Job failed (unknown) ${gone}` }
    },
    {
      name: "it was ended after its agent had, which nobody has interrupted",
      job: makeJob({ stopping: "Finished", end: failed("DeadlineExceeded") }),
      want: { reason: "InfraLost", message: `The Job failed (DeadlineExceeded) ${gone}` }
    }
  ])("$name", ({ job, neverBegan, want }) => assert.deepStrictEqual(judgeJob(job, credentials, neverBegan), want))
})

describe("an end says what is known of it", () => {
  const silentIn = (end: AgentEnd, changes: Partial<ObservedJob>) => ({
    job: makeJob({ end: failed(), ...changes }),
    end
  })
  const brokeredIn = (result: AgentResult, report: BrokerResult | undefined, changes: Partial<ObservedJob> = {}) => ({
    job: brokeredJob(result, report, { end: complete, ...changes }),
    end: endWith(result)
  })

  it.each<{ name: string; of: { readonly job: ObservedJob; readonly end: AgentEnd }; want: string }>([
    {
      name: "no report",
      of: silentIn(silentEnd(1), {}),
      want:
        "The agent's container ended with exit code 1 and no valid result: expected the runner's result as JSON, found nothing"
    },
    {
      name: "no memory",
      of: silentIn(silentEnd(137, "OOMKilled"), {}),
      want: "The agent ran out of memory. Raise agent.resources.limits.memory."
    },
    {
      name: "no node",
      of: silentIn(silentEnd(137, "ContainerStatusUnknown"), {}),
      want: "The node restarted while the agent was running."
    },
    {
      name: "a signal from outside",
      of: silentIn(silentEnd(130), {}),
      want: "The pod was stopped from outside (BackoffLimitExceeded)."
    },
    {
      name: "an interruption from outside",
      of: silentIn(endWith(interrupted(), 143), {}),
      want: "The pod was stopped from outside (BackoffLimitExceeded)."
    },
    {
      name: "nothing of the broker",
      of: {
        job: makeJob({ brokered: true, end: complete, pod: makePod({ over: true }) }),
        end: endWith(runnerReport())
      },
      want: "The agent's container ended with exit code 0 and no valid broker report: nothing"
    },
    {
      name: "no broker's report of a pod that is gone",
      of: brokeredIn(runnerReport(), undefined, {
        pod: makePod({
          over: true,
          gone: true,
          ended: endWith(runnerReport()),
          brokerReport: brokerReportFrom(undefined)
        })
      }),
      want: "The pod was lost before its broker reported what was delivered."
    },
    {
      name: "nothing of the broker in a pod that nobody saw",
      of: { job: makeJob({ brokered: true, end: complete }), end: endWith(runnerReport()) },
      want: "The agent's container ended with exit code 0 and no valid broker report: nothing"
    },
    {
      name: "nothing of the broker in a pod that is gone",
      of: {
        job: makeJob({ brokered: true, end: complete, pod: makePod({ over: true, gone: true }) }),
        end: endWith(runnerReport())
      },
      want: "The agent's container ended with exit code 0 and no valid broker report: nothing"
    },
    {
      name: "a broker's report that is none",
      of: {
        job: makeJob({
          brokered: true,
          end: complete,
          pod: makePod({ over: true, brokerReport: brokerReportFrom("Killed") })
        }),
        end: endWith(runnerReport())
      },
      want:
        "The agent's container ended with exit code 0 and no valid broker report: expected the broker's result as " +
        "JSON, found 6 characters that are not JSON"
    },
    {
      name: "a failure in a pod that nobody saw",
      of: { job: makeJob({ brokered: true, end: failed() }), end: endWith(failedWith()) },
      want: "It did not work."
    },
    {
      name: "no word in a pod that nobody saw",
      of: { job: makeJob({ brokered: true, end: failed() }), end: silentEnd(1) },
      want: "The agent's container ended with exit code 1 and no valid result: expected the runner's result as JSON, " +
        "found nothing"
    },
    {
      name: "a failure of the agent's, whatever became of the push",
      of: brokeredIn(
        failedWith("AgentError"),
        brokerResult({ delivery: undelivered({ pushRefused: "protected branch" }) })
      ),
      want: "It did not work."
    },
    {
      name: "a pull request that only the runner could see, where there should be one",
      of: {
        job: makeJob({ end: complete }),
        end: endWith(completed({ forgeKnown: true, delivery: delivery({ pullRequestUrl: pullRequest }) }))
      },
      want: "Pushed feature/task-12-implementation at 0123456789ab."
    },
    {
      name: "a key that is missing, and why",
      of: brokeredIn(failedWith("SetupFailed"), brokerResult({ missing: "ModelKey", problem: "no file" })),
      want: "The key K of the Secret S is missing. Create it and raise spec.contextVersion. (no file)"
    },
    {
      name: "access to a repository that is missing",
      of: brokeredIn(failedWith("AgentError"), brokerResult({ missing: "GitAccess" })),
      want: "The key token of the Secret T is missing. Create it and raise spec.contextVersion."
    },
    {
      name: "a limit that only the agent saw",
      of: brokeredIn(failedWith("RateLimited"), brokerResult()),
      want: "It did not work. The agent reported a usage limit, but the broker saw none."
    },
    {
      name: "the broker let no more requests through",
      of: brokeredIn(failedWith("AgentError"), brokerResult({ modelRefused: "Budget" })),
      want: "It did not work."
    },
    {
      name: "the broker did not look",
      of: brokeredIn(runnerReport(), emptyBrokerResult),
      want: "The agent ended, but the broker could not verify its branch."
    },
    {
      name: "the broker could not look",
      of: brokeredIn(runnerReport(), { ...emptyBrokerResult, problem: "no such host" }),
      want: "The agent ended, but the broker could not verify its branch. no such host"
    },
    {
      name: "the runner did not look",
      of: { job: makeJob({ end: complete }), end: endWith(runnerReport()) },
      want: "The agent ended, but the runner reported no delivery."
    },
    {
      name: "the branch is not there",
      of: brokeredIn(runnerReport(), brokerResult({ delivery: undelivered() })),
      want: "The remote has no branch feature/task-12-implementation."
    },
    {
      name: "the branch was not read back",
      of: brokeredIn(runnerReport(), brokerResult({ delivery: delivery() })),
      want: "The agent ended, but the broker did not verify feature/task-12-implementation after the push."
    },
    {
      name: "a pull request that the broker could not make, in its words",
      of: brokeredIn(
        runnerReport({ pullRequestProblem: "unknown" }),
        brokerResult({ delivery: delivery({ verifiedAt: "2026-03-01T09:59:00Z" }), pullRequestProblem: "closed" })
      ),
      want: "feature/task-12-implementation was pushed, but has no pull request: closed"
    },
    {
      name: "a pull request that nobody has seen",
      of: brokeredIn(runnerReport(), brokerResult({ delivery: delivery({ verifiedAt: "2026-03-01T09:59:00Z" }) })),
      want: "feature/task-12-implementation was pushed, but has no pull request: none was found"
    },
    {
      name: "a branch and its pull request",
      of: brokeredIn(runnerReport(), brokerResult()),
      want: `Pushed feature/task-12-implementation at 0123456789ab, pull request ${pullRequest}`
    },
    {
      name: "a branch alone",
      of: brokeredIn(
        runnerReport(),
        brokerResult({ delivery: delivery({ verifiedAt: "2026-03-01T09:59:00Z" }), forgeKnown: false })
      ),
      want: "Pushed feature/task-12-implementation at 0123456789ab."
    },
    {
      name: "a branch, and a pull request that only the runner saw",
      of: {
        job: makeJob({ end: complete }),
        end: endWith(completed({ delivery: delivery({ pullRequestUrl: pullRequest }) }))
      },
      want: "Pushed feature/task-12-implementation at 0123456789ab."
    }
  ])("$name", ({ of: { end, job }, want }) => {
    assert.strictEqual(judgeAgent(job, end, credentials)?.message, want)
  })
})
