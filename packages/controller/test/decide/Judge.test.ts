import { assert, describe, it } from "@effect/vitest"
import { type BrokerResult, emptyBrokerResult } from "@orchestrator/domain/BrokerResult"
import { FailureReason } from "@orchestrator/domain/Reason"
import fc from "fast-check"
import { judgeAgent, judgeJob } from "../../src/decide/Judge.ts"
import type { JobEnd } from "../../src/facts/Job.ts"
import type { ObservedJob } from "../../src/facts/Observed.ts"
import type { AgentEnd } from "../../src/facts/Reports.ts"
import { brokerReportFrom, complete, endWith, failed, makeJob, makePod, silentEnd } from "../fixtures/Jobs.ts"
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

/** The Job controller's last words, and what we did ourselves. */
const circumstances = {
  "not yet ended": {},
  complete: { end: complete },
  failed: { end: failed() },
  "at its time limit": { end: failed("DeadlineExceeded") },
  "disrupted": { end: failed("PodFailurePolicy") },
  stopped: { stopping: "Cancelled", end: failed("DeadlineExceeded") },
  "being deleted": { deleting: true }
} as const

const limit = { reason: "BudgetExceeded" } as const

/** Reason by circumstance, in the order above; undefined: not to be told yet. */
const table: ReadonlyArray<readonly [name: string, end: AgentEnd, reasons: ReadonlyArray<string | undefined>]> = [
  ["delivered", endWith(completed()), Array(7).fill("Delivered")],
  ["changed nothing", endWith(completed({ delivery: undelivered({ changed: false }) })), Array(7).fill("NoChanges")],
  [
    "changed nothing, but the branch is there from before",
    endWith(completed({ delivery: delivery({ changed: false }) })),
    Array(7).fill("NoChanges")
  ],
  ["push refused", endWith(completed({ delivery: delivery({ pushRefused: "no" }) })), Array(7).fill("PushRejected")],
  ["done, but not to be committed", endWith(completed({ problem: "disk full" })), Array(7).fill("AgentError")],
  [
    "done, without the pull request that its host could have",
    endWith(completed({ forgeKnown: true, pullRequestProblem: "no scope" })),
    Array(7).fill("PullRequestMissing")
  ],
  ["done, where no pull request can be had", endWith(completed({ forgeKnown: false })), Array(7).fill("Delivered")],
  ["over budget with its last answer, and delivered", endWith(completed(limit)), Array(7).fill("Delivered")],
  [
    "over budget with its last answer, and not delivered",
    endWith(completed({ ...limit, delivery: undelivered({ changed: false }) })),
    Array(7).fill("BudgetExceeded")
  ],
  ["failed with a reason", endWith(failedWith("RateLimited")), Array(7).fill("RateLimited")],
  [
    "interrupted",
    endWith(interrupted(), 143),
    [undefined, "InfraLost", "InfraLost", "DeadlineExceeded", "InfraLost", "Cancelled", "JobLost"]
  ],
  [
    "silent, exit code 1",
    silentEnd(1),
    [undefined, "AgentError", "AgentError", "DeadlineExceeded", "InfraLost", "Cancelled", "JobLost"]
  ],
  [
    "silent, exit code 143",
    silentEnd(143),
    [undefined, "InfraLost", "InfraLost", "DeadlineExceeded", "InfraLost", "Cancelled", "JobLost"]
  ],
  [
    "silent, exit code 137",
    silentEnd(137),
    [undefined, "InfraLost", "InfraLost", "DeadlineExceeded", "InfraLost", "Cancelled", "JobLost"]
  ],
  [
    "out of memory",
    silentEnd(137, "OOMKilled"),
    [undefined, "AgentError", "AgentError", "DeadlineExceeded", "InfraLost", "Cancelled", "JobLost"]
  ],
  [
    "unknown after a restart of the node",
    silentEnd(137, "ContainerStatusUnknown"),
    [undefined, "InfraLost", "InfraLost", "DeadlineExceeded", "InfraLost", "Cancelled", "JobLost"]
  ]
]

describe("an agent that has ended", () => {
  const cases = table.flatMap(([name, end, reasons]) =>
    Object.entries(circumstances).map(([when, job], index) => ({ name, when, job, end, want: reasons[index] }))
  )
  it.each(cases)("$name, Job $when: $want", ({ end, job, want }) => {
    assert.strictEqual(judgeAgent(makeJob(job), end, credentials)?.reason, want)
  })
})

describe("the verdict does not depend on whether Job or pod is seen first", () => {
  const results: ReadonlyArray<AgentEnd> = table.map(([, end]) => end)
  const ends: ReadonlyArray<JobEnd> = [complete, failed(), failed("DeadlineExceeded"), failed("PodFailurePolicy")]
  it.each(results.flatMap((result) => ends.map((end) => ({ result, end }))))(
    "$result.exitCode $result.reason, $end.reason",
    ({ end, result }) => {
      const early = judgeAgent(makeJob(), result, credentials)
      const late = judgeAgent(makeJob({ end }), result, credentials)
      assert.isDefined(late)
      if (early !== undefined) assert.deepStrictEqual(early, late)
    }
  )
})

describe("a Job that left no word", () => {
  it.each([
    {
      name: "stopped by us",
      job: makeJob({ stopping: "Cancelled", end: failed("DeadlineExceeded") }),
      want: "Cancelled"
    },
    { name: "at its time limit", job: makeJob({ end: failed("DeadlineExceeded") }), want: "DeadlineExceeded" },
    { name: "disrupted", job: makeJob({ end: failed("PodFailurePolicy") }), want: "InfraLost" },
    { name: "complete", job: makeJob({ end: complete }), want: "InfraLost" },
    { name: "being deleted", job: makeJob({ deleting: true }), want: "JobLost" }
  ])("$name: $want", ({ job, want }) => assert.strictEqual(judgeJob(job, credentials).reason, want))
})

type ReportText = BrokerResult | string | undefined

const wordless = silentEnd(1)

/** Reasons that are not the runner's to give. */
const clusters: ReadonlySet<string> = new Set([
  "InfraLost",
  "JobLost",
  "QuotaExceeded",
  "ImagePullFailed",
  "Unschedulable",
  "VolumeNotAttached",
  "PodRefused",
  "NameCollision",
  "DependencyFailed",
  "TemplateError"
])

const refused = undelivered({ pushRefused: "protected branch" })
const branchOnly = brokerResult({ delivery: delivery({ verifiedAt: "2026-03-01T09:59:00Z" }), forgeKnown: false })

/** The runner's report and the broker's, and what becomes of them; the Job controller has counted unless the case says otherwise. */
const both: ReadonlyArray<
  readonly [
    name: string,
    end: AgentEnd,
    brokerReport: ReportText,
    reason: string | undefined,
    job?: Partial<ObservedJob>
  ]
> = [
  ["branch and pull request read back", endWith(runnerReport()), brokerResult(), "Delivered"],
  ["success is told before the Job controller has counted", endWith(runnerReport()), brokerResult(), "Delivered", {
    end: undefined
  }],
  ["a branch where no pull request can be had", endWith(runnerReport()), branchOnly, "Delivered"],
  [
    "what the runner itself says of a delivery proves nothing",
    endWith(completed()),
    brokerResult({ delivery: undelivered() }),
    "PushRejected"
  ],
  [
    "a push that the runner saw refused, though its broker did not",
    endWith(completed({ delivery: undelivered({ pushRefused: "the remote could not be reached" }) })),
    brokerResult(),
    "PushRejected"
  ],
  [
    "a branch without the change that the runner looked for",
    endWith(completed({ delivery: undelivered({ changed: false }) })),
    brokerResult(),
    "NoChanges"
  ],
  ["work that the runner could not commit", endWith(completed({ problem: "disk full" })), brokerResult(), "AgentError"],
  [
    "work that could not be committed when the broker let no more requests through",
    endWith(completed({ problem: "disk full" })),
    brokerResult({ modelRefused: "Budget" }),
    "BudgetExceeded"
  ],
  [
    "what the runner saw speaks against a success without its broker's word",
    endWith(completed({ delivery: undelivered({ pushRefused: "no" }) })),
    undefined,
    "PushRejected",
    { end: undefined }
  ],
  [
    "a hand-over that failed before the broker asked the forge",
    endWith(completed({ forgeKnown: true, pullRequestProblem: "the broker: no answer within 20 minutes" })),
    branchOnly,
    "PullRequestMissing"
  ],
  [
    "a hand-over whose answer was lost after the broker had read the pull request back",
    endWith(completed({ forgeKnown: true, pullRequestProblem: "the broker: connection refused or reset" })),
    brokerResult(),
    "Delivered"
  ],
  ["over budget with its last answer, and delivered", endWith(completed(limit)), brokerResult(), "Delivered"],
  [
    "over budget with its last answer, and not delivered",
    endWith(completed(limit)),
    brokerResult({ delivery: undelivered({ changed: false }) }),
    "BudgetExceeded"
  ],
  ...FailureReason.literals.filter((reason) => clusters.has(reason) || reason === "RateLimited").map((reason) =>
    [
      `done, and with ${reason}, which is not the runner's to give, on work that is not delivered`,
      endWith(completed({ reason })),
      brokerResult({ delivery: undelivered({ changed: false }) }),
      "AgentError"
    ] as const
  ),
  ["a forged delivery without any brokerReport", endWith(completed()), undefined, "AgentError"],
  ["a broker's report without a look at the branch", endWith(completed()), emptyBrokerResult, "AgentError"],
  [
    "a branch that was pushed and not read back",
    endWith(runnerReport()),
    brokerResult({ delivery: delivery({ pullRequestUrl: pullRequest }) }),
    "AgentError"
  ],
  ["no broker's report", endWith(runnerReport()), undefined, "AgentError"],
  ["no broker's report, before the Job controller has counted", endWith(runnerReport()), undefined, undefined, {
    end: undefined
  }],
  ["a broker's report that is not JSON", endWith(runnerReport()), "Killed", "AgentError"],
  ["a broker's report of another shape", endWith(runnerReport()), "{\"forgeKnown\":\"yes\"}", "AgentError"],
  ["no broker's report of a pod that was evicted", endWith(runnerReport()), undefined, "InfraLost", {
    end: failed("PodFailurePolicy")
  }],
  ["the push was refused", endWith(runnerReport()), brokerResult({ delivery: refused }), "PushRejected"],
  [
    "the remote has no such branch",
    endWith(runnerReport()),
    brokerResult({ delivery: undelivered({ verifiedAt: "2026-03-01T09:59:00Z" }) }),
    "PushRejected"
  ],
  [
    "nothing changed",
    endWith(runnerReport()),
    brokerResult({ delivery: delivery({ changed: false, verifiedAt: "2026-03-01T09:59:00Z" }) }),
    "NoChanges"
  ],
  [
    "no pull request where there should be one",
    endWith(runnerReport()),
    brokerResult({
      delivery: delivery({ verifiedAt: "2026-03-01T09:59:00Z" }),
      pullRequestProblem: "a person closed it"
    }),
    "PullRequestMissing"
  ],
  [
    "a pull request that was not read back",
    endWith(runnerReport()),
    {
      delivery: delivery({ verifiedAt: "2026-03-01T09:59:00Z", pullRequestUrl: pullRequest }),
      forgeKnown: true,
      models: {},
      costComplete: true
    },
    "PullRequestMissing"
  ],
  ...FailureReason.literals.map((reason) =>
    [
      `the runner says ${reason}, whatever was delivered`,
      endWith(failedWith(reason)),
      brokerResult(),
      clusters.has(reason) || reason === "RateLimited" ? "AgentError" : reason
    ] as const
  ),
  [
    "a limit that its broker met",
    endWith(failedWith("RateLimited")),
    brokerResult({ limitedAt: "2026-03-01T09:59:00Z" }),
    "RateLimited"
  ],
  ["a failure without a reason is the agent's", endWith(failedWith()), brokerResult(), "AgentError"],
  ["a failure is told without a broker's report", endWith(failedWith("SetupFailed")), undefined, "SetupFailed"],
  [
    "the broker let no more requests through: budget",
    endWith(failedWith("AgentError")),
    brokerResult({ modelRefused: "Budget" }),
    "BudgetExceeded"
  ],
  [
    "the broker let no more requests through: turns",
    endWith(failedWith()),
    brokerResult({ modelRefused: "Turns" }),
    "BudgetExceeded"
  ],
  [
    "a model's key is missing",
    endWith(failedWith("SetupFailed")),
    brokerResult({ missing: "ModelKey" }),
    "SecretMissing"
  ],
  [
    "access to a repository is missing",
    endWith(failedWith("SetupFailed")),
    brokerResult({ missing: "GitAccess" }),
    "SecretMissing"
  ],
  ["a key is missing, and the runner left no word", wordless, brokerResult({ missing: "ModelKey" }), "SecretMissing"],
  ["interrupted, by nobody known yet", endWith(interrupted(), 143), brokerResult(), undefined, { end: undefined }],
  ["interrupted, stopped by us", endWith(interrupted(), 143), brokerResult(), "Cancelled", { stopping: "Cancelled" }],
  ["interrupted at the time limit", endWith(interrupted(), 143), brokerResult(), "DeadlineExceeded", {
    end: failed("DeadlineExceeded")
  }],
  ["interrupted by an eviction", endWith(interrupted(), 143), brokerResult(), "InfraLost", {
    end: failed("PodFailurePolicy")
  }],
  ["interrupted while the Job is deleted", endWith(interrupted(), 143), brokerResult(), "JobLost", {
    end: undefined,
    deleting: true
  }],
  ["no runner's report, whatever was delivered", wordless, brokerResult(), "AgentError"],
  ["neither runner's nor broker's report", wordless, undefined, "AgentError"],
  ["killed by a signal, with all delivered", silentEnd(137), brokerResult(), "InfraLost"],
  ["out of memory, with all delivered", silentEnd(137, "OOMKilled"), brokerResult(), "AgentError"]
]

const brokered = (end: AgentEnd, brokerReport: ReportText, changes: Partial<ObservedJob> = {}) =>
  makeJob({
    brokered: true,
    pod: makePod({ over: true, ended: end, brokerReport: brokerReportFrom(brokerReport) }),
    end: complete,
    ...changes
  })

describe("an agent with a broker", () => {
  it.each(both.map(([name, end, brokerReport, want, job]) => ({ name, end, brokerReport, want, job })))(
    "$name: $want",
    ({ end, job, brokerReport, want }) => {
      assert.strictEqual(judgeAgent(brokered(end, brokerReport, job), end, credentials)?.reason, want)
    }
  )

  it("whose pod is gone before its broker could speak is lost", () => {
    const end = endWith(runnerReport())
    const pod = makePod({ over: true, gone: true, ended: end, brokerReport: brokerReportFrom(undefined) })
    const reasons = [complete, undefined].map((jobEnd) =>
      judgeAgent(makeJob({ brokered: true, pod, end: jobEnd }), end, credentials)?.reason
    )
    assert.deepStrictEqual(reasons, ["InfraLost", undefined])
  })

  it.each([
    {
      by: "one that tells what it saw",
      end: endWith(completed({ delivery: undelivered({ pushRefused: "HTTP 500" }) }))
    },
    { by: "one of an older version", end: endWith(failedWith("PushRejected")) }
  ])("whose push was refused is told in the remote's words, whatever the runner heard: $by", ({ end }) => {
    assert.strictEqual(
      judgeAgent(brokered(end, brokerResult({ delivery: refused })), end, credentials)?.message,
      "The remote rejected the push of feature/task-12-implementation: protected branch"
    )
  })

  it("that lacks a key is told which", () => {
    const end = endWith(failedWith("SetupFailed"))
    const verdict = judgeAgent(brokered(end, brokerResult({ missing: "ModelKey" })), end, credentials)
    assert.include(verdict?.message, credentials.modelKey)
  })

  it("that never ran because a key was missing is told which", () => {
    const pod = makePod({ over: true, brokerReport: brokerReportFrom(brokerResult({ missing: "GitAccess" })) })
    assert.strictEqual(
      judgeJob(makeJob({ brokered: true, pod, end: failed() }), credentials).reason,
      "SecretMissing"
    )
  })

  it("succeeds only with a broker's report that names branch, commit, pull request and when they were read", () =>
    fc.assert(fc.property(anyBrokerReport, (brokerReport) => {
      const end = endWith(completed())
      const reason = judgeAgent(brokered(end, brokerReport), end, credentials)?.reason
      const { delivery: seen, forgeKnown, pullRequestVerifiedAt } = brokerReport
      const proven = seen?.headCommit !== undefined && seen.verifiedAt !== undefined && seen.changed &&
        seen.pushRefused === undefined &&
        (!forgeKnown || (seen.pullRequestUrl !== undefined && pullRequestVerifiedAt !== undefined))
      assert.strictEqual(reason === "Delivered", proven)
    })))
})

const anyBrokerReport: fc.Arbitrary<BrokerResult> = fc.record({
  delivery: fc.record({
    branch: fc.constant("b"),
    changed: fc.boolean(),
    headCommit: fc.constant("0123456789abcdef0123456789abcdef01234567"),
    verifiedAt: fc.constant("2026-03-01T09:59:00Z"),
    pullRequestUrl: fc.constant(pullRequest),
    pushRefused: fc.constant("no")
  }, { requiredKeys: ["branch", "changed"] }),
  forgeKnown: fc.boolean(),
  pullRequestVerifiedAt: fc.constant("2026-03-01T09:59:00Z"),
  models: fc.constant({}),
  costComplete: fc.boolean()
}, { requiredKeys: ["forgeKnown", "models", "costComplete"] })

describe("work that is done and not delivered says what the runner saw", () => {
  const branch = "feature/task-12-implementation"
  it.each([
    {
      name: "the agent's words",
      given: completed({ delivery: undelivered({ changed: false }) }),
      want: "The agent made no changes: Added the endpoint."
    },
    {
      name: "where the work is instead",
      given: completed({
        message: "Git ignores docs/. Added the endpoint.",
        remarks: "Git ignores docs/.",
        delivery: undelivered({ changed: false })
      }),
      want: "The agent made no changes that can be delivered. Git ignores docs/. Added the endpoint."
    },
    {
      name: "a remote that could not be asked",
      given: completed({ delivery: undelivered({ pushRefused: "the remote could not be reached (no such host)" }) }),
      want: `${branch} could not be pushed: the remote could not be reached (no such host)`
    },
    {
      name: "why there is no pull request",
      given: completed({ forgeKnown: true, pullRequestProblem: "no scope" }),
      want: `${branch} was pushed, but has no pull request: no scope`
    },
    {
      name: "what kept it from being committed",
      given: completed({ problem: "disk full" }),
      want: "The work could not be committed: disk full"
    },
    {
      name: "the limit that it ended at",
      given: completed({ reason: "BudgetExceeded", message: "Reached maximum budget ($2)", delivery: undelivered() }),
      want: "Reached maximum budget ($2)"
    }
  ])("$name", ({ given, want }) => {
    assert.strictEqual(judgeAgent(makeJob({ end: complete }), endWith(given), credentials)?.message, want)
  })
})

describe("a success", () => {
  const remarks = "Left out: vendor/lib (a repository of its own)."
  it.each([
    { by: "the runner", job: { end: complete, pod: makePod() } },
    {
      by: "a broker",
      job: { end: complete, brokered: true, pod: makePod({ brokerReport: brokerReportFrom(brokerResult()) }) }
    }
  ])("read back by $by says first what is not part of it", ({ job }) => {
    const verdict = judgeAgent(makeJob(job), endWith(completed({ remarks })), credentials)
    assert.strictEqual(verdict?.reason, "Delivered")
    assert.isTrue(verdict?.message.startsWith(`${remarks} Pushed feature/`), verdict?.message)
  })
})
