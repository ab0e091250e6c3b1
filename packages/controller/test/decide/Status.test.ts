/** The status over a run's life: what moves with every step, and what stays. */
import { assert, describe, it } from "@effect/vitest"
import { type Attempt, recordAttempt } from "@orchestrator/domain/Attempt"
import type { Condition } from "@orchestrator/domain/Condition"
import { DateTime } from "effect"
import { plan } from "../../src/decide/Plan.ts"
import { ended, settled } from "../../src/decide/Status.ts"
import { liveRun } from "../../src/facts/LiveRun.ts"
import type { Observed } from "../../src/facts/Observed.ts"
import { behind, given, presentFiles, renderedFiles, workspace } from "../fixtures/Given.ts"
import { jobWith, makeJob, makeNextJob, makePod, stuckPod } from "../fixtures/Jobs.ts"
import { completed, failedWith } from "../fixtures/Results.ts"
import { objectOf, runOf } from "../fixtures/RunOf.ts"
import { jobName, makeCodeRun, nextJobName } from "../fixtures/Runs.ts"
import { afterPlan, settle } from "../fixtures/Simulate.ts"
import { finished, pausedFor, running } from "../fixtures/Statuses.ts"

const at = (hour: number) => `2026-03-01T${String(hour).padStart(2, "0")}:00:00Z`

/** What has happened at an hour, and then everything that the controller does about it. */
const step = (before: Observed, hour: number, changes: Partial<Observed>): Observed =>
  settle({ ...before, ...changes, now: DateTime.makeUnsafe(at(hour)) }, 8).last

const edited = ({ run }: Observed, spec: object) => {
  assert.isDefined(run)
  const object = objectOf(run)
  return runOf(run.kind, {
    ...object,
    metadata: { ...object.metadata, generation: (object.metadata.generation ?? 0) + 1 },
    spec: { ...object.spec, ...spec }
  })
}

const statusOf = ({ run }: Observed) => objectOf(run).status ?? {}
const conditionsOf = (observed: Observed) =>
  Object.fromEntries(
    (statusOf(observed)["conditions"] as ReadonlyArray<Condition>).map((
      { lastTransitionTime, reason, status, type }
    ) => [
      type,
      `${status} ${reason} ${lastTransitionTime?.slice(11, 13)}`
    ])
  )
const pick = (observed: Observed, ...keys: ReadonlyArray<string>) => keys.map((key) => statusOf(observed)[key])

describe("a run that waits, gets stuck, fails, and is tried again", () => {
  /** The run after each of its steps; lived anew for each test. */
  const life = () => {
    const waits = step(given({ workspace: behind("older") }), 1, {})
    const stillWaits = step(waits, 2, {})
    const made = step(stillWaits, 3, { workspace: workspace({ tag: "free" }), files: renderedFiles })
    const starts = step(made, 3, { jobs: [makeJob({ createdAt: at(3), pod: makePod() })] })
    const stuck = step(starts, 4, {
      jobs: [makeJob({ createdAt: at(3), pod: { ...stuckPod("ErrImagePull"), createdAt: at(4) } })]
    })
    const runs = step(stuck, 5, { jobs: [makeJob({ pod: makePod() })] })
    const fails = step(runs, 6, { jobs: [jobWith(failedWith("AgentError"))] })
    const again = step(
      { ...fails, run: edited(fails, { contextVersion: 2 }), files: renderedFiles },
      7,
      {}
    )
    const delivers = step(again, 8, {
      jobs: [makeNextJob({ pod: jobWith(completed({ resumed: true })).pod })],
      files: presentFiles
    })
    return { waits, stillWaits, starts, stuck, runs, fails, again, delivers }
  }

  it.each<{ name: string; after: keyof ReturnType<typeof life>; want: Readonly<Record<string, string>> }>([
    {
      name: "waits",
      after: "waits",
      want: {
        Ready: "False WaitingForWorkspace 01",
        Queued: "True WaitingForWorkspace 01",
        Finished: "False InProgress 01"
      }
    },
    {
      name: "still waits",
      after: "stillWaits",
      want: {
        Ready: "False WaitingForWorkspace 01",
        Queued: "True WaitingForWorkspace 01",
        Finished: "False InProgress 01"
      }
    },
    {
      name: "starts",
      after: "starts",
      want: { Ready: "False AgentRunning 01", Queued: "False Started 03", Finished: "False InProgress 01" }
    },
    {
      name: "is stuck",
      after: "stuck",
      want: {
        Ready: "False Blocked 01",
        Queued: "False Started 03",
        Progressing: "False ImagePullBackOff 04",
        Finished: "False InProgress 01"
      }
    },
    {
      name: "runs",
      after: "runs",
      want: {
        Ready: "False AgentRunning 01",
        Queued: "False Started 03",
        Progressing: "True Started 05",
        Finished: "False InProgress 01"
      }
    },
    {
      name: "fails",
      after: "fails",
      want: {
        Ready: "False AgentError 01",
        Queued: "False Started 03",
        Progressing: "True Started 05",
        Finished: "True AgentError 06"
      }
    },
    {
      name: "runs again",
      after: "again",
      want: { Ready: "False Starting 01", Queued: "False Started 03", Finished: "False InProgress 07" }
    },
    {
      name: "delivers",
      after: "delivers",
      want: {
        Ready: "True Delivered 08",
        Finished: "True Delivered 08",
        Queued: "False Started 03",
        Delivered: "True BranchPushed 08",
        SessionResumed: "True Resumed 08"
      }
    }
  ])(
    "$name: conditions turn when their status does, not when their reason does",
    ({ after, want }) => assert.deepStrictEqual(conditionsOf(life()[after]), want)
  )

  it("its phase is dated whenever phase or reason change", () => {
    const { again, delivers, fails, runs, starts, stillWaits, stuck, waits } = life()
    const dates = [waits, stillWaits, starts, stuck, runs, fails, again, delivers].map((o) => pick(o, "lastUpdate")[0])
    assert.deepStrictEqual(dates, [1, 1, 3, 4, 5, 6, 7, 8].map(at))
  })

  it("start and end are those of the current attempt", () => {
    const of = (observed: Observed) => pick(observed, "jobName", "startedAt", "finishedAt", "expiresAt")
    const { again, delivers, fails, starts, waits } = life()
    assert.deepStrictEqual([waits, starts, fails, again, delivers].map(of), [
      [undefined, undefined, undefined, undefined],
      [jobName, at(3), undefined, undefined],
      [jobName, at(3), at(6), at(7)],
      [nextJobName, at(7), undefined, undefined],
      [nextJobName, at(7), at(8), "2026-03-01T08:05:00Z"]
    ])
  })

  it("the generation that was looked at is acknowledged", () => {
    const { again, fails } = life()
    assert.deepStrictEqual([fails, again].map((observed) => pick(observed, "observedGeneration")[0]), [1, 2])
  })

  it("every attempt is in the history, with its end", () => {
    const history = statusOf(life().delivers)["attempts"] as ReadonlyArray<Attempt>
    assert.deepStrictEqual(
      history.map(({ finishedAt, jobName, outcome, startedAt }) => [jobName, startedAt, finishedAt, outcome]),
      [
        [jobName, at(3), at(6), "Failed"],
        [nextJobName, at(7), at(8), "Succeeded"]
      ]
    )
  })
})

describe("the history of attempts", () => {
  const attempts = Array.from(
    { length: 10 },
    (_, index) => ({ contextVersion: index + 1, jobName: `job-${index + 1}` })
  )

  it("keeps the newest ten", () => {
    const run = makeCodeRun({
      spec: { contextVersion: 11 },
      status: finished("Failed", "AgentError", { contextVersion: 10, attempts })
    })
    const last = afterPlan(given({ run }), plan(given({ run })))
    const versions = (statusOf(last)["attempts"] as ReadonlyArray<Attempt>).map(({ contextVersion }) => contextVersion)
    assert.deepStrictEqual(versions, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  })

  it("has one entry per Job", () => {
    assert.lengthOf(recordAttempt(attempts, { contextVersion: 10, jobName: "job-10", outcome: "Failed" }), 10)
  })
})

describe("usage", () => {
  const usage = { costUsd: 0.1, costEstimated: true, turns: 2 }
  const run = makeCodeRun({ status: running({ usage }) })
  const ends = given({ run, jobs: [jobWith(completed({ usage }))], workspace: workspace({ tag: "mine" }) })

  it("is added once, however often the end is seen", () => {
    const { last } = settle(ends, 8)
    assert.deepStrictEqual(pick(last, "usage"), [{ costUsd: 0.2, costEstimated: true, turns: 4 }])
    const seenAgain = settle({ ...last, jobs: ends.jobs }, 8).last
    assert.deepStrictEqual(pick(seenAgain, "usage"), [{ costUsd: 0.2, costEstimated: true, turns: 4 }])
  })

  it("of an attempt whose end is recorded already is not added again", () => {
    const attempts = [{ contextVersion: 1, jobName, outcome: "Failed" }]
    const recorded = liveRun("CodeRun", makeCodeRun({ status: running({ attempts, usage }) }))
    const [attempt] = recorded.status.attempts ?? []
    assert.isDefined(attempt)
    const [write] = ended({ ...ends, run: recorded }, {
      reason: "AgentError",
      message: "Again.",
      attempt: { ...attempt, usage },
      evidence: { usage }
    })
    assert.deepStrictEqual(write?._tag === "WriteStatus" ? write.status["usage"] : undefined, usage)
  })

  it("of a second attempt is added to that of the first", () => {
    const attempts = [{ contextVersion: 1, jobName, outcome: "Failed" }, { contextVersion: 2, jobName: nextJobName }]
    const again = makeCodeRun({
      spec: { contextVersion: 2 },
      status: running({ attempts, usage, contextVersion: 2, jobName: nextJobName })
    })
    const { pod } = jobWith(completed({ usage }))
    const { last } = settle({ ...ends, run: runOf("CodeRun", again), jobs: [makeNextJob({ pod })] }, 8)
    assert.deepStrictEqual(pick(last, "usage"), [{ costUsd: 0.2, costEstimated: true, turns: 4 }])
  })

  it("of an attempt that nothing is known of stays as it was", () => {
    const { last } = settle({ ...ends, jobs: [jobWith(completed())] }, 8)
    assert.deepStrictEqual(pick(last, "usage"), [usage])
  })
})

describe("a status", () => {
  const live = (status: object, spec: Readonly<Record<string, unknown>> = {}) =>
    liveRun("CodeRun", makeCodeRun({ spec, status: { ...status } }))
  const statusOf = (...given: Parameters<typeof ended>) => {
    const [write] = ended(...given)
    return write?._tag === "WriteStatus" ? write.status : undefined
  }
  const before = { ...given(), run: live(running()) }

  it("leaves room for what to do next after long words", () => {
    const message = String(
      statusOf(before, { reason: "AgentError", message: "x".repeat(5_000), advice: "Do." })?.["message"]
    )
    assert.match(message, /^x{700,800}\W*\. Do\.$/)
  })

  it("keeps what a newer version has put into it, into its attempts and beside its conditions", () => {
    const stored = {
      ...running({ attempts: [{ contextVersion: 1, jobName, outcome: "Failed", region: "eu", cost: { eur: 1 } }] }),
      forecast: { until: at(20) },
      conditions: [{ type: "Priced", status: "True", unit: "EUR" }]
    }
    const status = statusOf({ ...given(), run: live(stored, { contextVersion: 2 }) }, {
      reason: "Cancelled",
      message: "So."
    })
    assert.deepStrictEqual(status?.["forecast"], stored.forecast)
    assert.containsSubset(status?.["attempts"], [{ jobName, region: "eu", cost: { eur: 1 } }])
    const same = statusOf({ ...given(), run: live({ ...stored, reason: "Foretold", phase: "Divining" }) }, {
      reason: "Cancelled",
      message: "So."
    })
    assert.containsSubset(same?.["conditions"], stored.conditions)
    assert.strictEqual(same?.["phase"], "Cancelled")
  })

  it("has no longer message than its conditions may", () => {
    const status = statusOf(before, { reason: "AgentError", message: "x".repeat(5_000) })
    assert.isAtMost(String(status?.["message"]).length, 1024)
    assert.isAtLeast(String(status?.["message"]).length, 1000)
  })

  it.each(
    [
      { name: "another phase of the same reason", status: pausedFor("RateLimited", at(11)), reason: "RateLimited" },
      {
        name: "the same end of another version",
        status: finished("Failed", "AgentError"),
        spec: { contextVersion: 2 },
        reason: "AgentError"
      }
    ] as const
  )("is dated anew with $name", ({ reason, status, ...more }) => {
    const now = DateTime.makeUnsafe(at(12))
    const run = live(status, "spec" in more ? more.spec : {})
    assert.strictEqual(statusOf({ ...before, now, run }, { reason, message: "So." })?.["lastUpdate"], at(12))
  })

  it.each([
    { reason: "AgentError", want: "AgentError" },
    { reason: "A", want: "A" },
    { reason: "Evicted:Node,2", want: "Evicted:Node,2" },
    { reason: "not a word", want: "Unknown" },
    { reason: "9lives", want: "Unknown" },
    { reason: "Ends:", want: "Unknown" },
    { reason: `A${"b".repeat(256)}`, want: "Unknown" },
    { reason: undefined, want: "Failed" }
  ])("of an older version, with the reason $reason, has a reason that Kubernetes takes: $want", ({ reason, want }) => {
    const object = makeCodeRun({
      status: { phase: "Failed", contextVersion: 1, ...(reason === undefined ? {} : { reason }) }
    })
    const [settle] = settled("CodeRun", object, DateTime.makeUnsafe(at(12)))
    const conditions = settle?._tag === "SettleStatus" ? settle.object.status?.["conditions"] : undefined
    assert.deepStrictEqual<unknown>(conditions, [{
      type: "Finished",
      status: "True",
      reason: want,
      message: "The run has ended: Failed.",
      lastTransitionTime: at(12)
    }])
  })
})
