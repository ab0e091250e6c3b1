/** The status over a run's life: what moves with every step, and what stays. */
import { assert, describe, it } from "@effect/vitest"
import { type Attempt, recordAttempt } from "@orchestrator/domain/Attempt"
import type { Condition } from "@orchestrator/domain/Condition"
import { DateTime } from "effect"
import { plan } from "../../src/decide/Plan.ts"
import { ended } from "../../src/decide/Status.ts"
import { liveRun } from "../../src/facts/LiveRun.ts"
import type { Observed } from "../../src/facts/Observed.ts"
import { behind, given, presentFiles, renderedFiles, workspace } from "../fixtures/Given.ts"
import { jobWith, makeJob, makeNextJob, makePod, stuckPod } from "../fixtures/Jobs.ts"
import { completed, failedWith } from "../fixtures/Results.ts"
import { objectOf, runOf } from "../fixtures/RunOf.ts"
import { jobName, makeCodeRun, nextJobName } from "../fixtures/Runs.ts"
import { afterPlan, settle } from "../fixtures/Simulate.ts"
import { finished, running } from "../fixtures/Statuses.ts"

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

  it.each([
    {
      name: "waits",
      observed: waits,
      want: {
        Ready: "False WaitingForWorkspace 01",
        Queued: "True WaitingForWorkspace 01",
        Finished: "False InProgress 01"
      }
    },
    {
      name: "still waits",
      observed: stillWaits,
      want: {
        Ready: "False WaitingForWorkspace 01",
        Queued: "True WaitingForWorkspace 01",
        Finished: "False InProgress 01"
      }
    },
    {
      name: "starts",
      observed: starts,
      want: { Ready: "False AgentRunning 01", Queued: "False Started 03", Finished: "False InProgress 01" }
    },
    {
      name: "is stuck",
      observed: stuck,
      want: {
        Ready: "False Blocked 01",
        Queued: "False Started 03",
        Progressing: "False ImagePullBackOff 04",
        Finished: "False InProgress 01"
      }
    },
    {
      name: "runs",
      observed: runs,
      want: {
        Ready: "False AgentRunning 01",
        Queued: "False Started 03",
        Progressing: "True Started 05",
        Finished: "False InProgress 01"
      }
    },
    {
      name: "fails",
      observed: fails,
      want: {
        Ready: "False AgentError 01",
        Queued: "False Started 03",
        Progressing: "True Started 05",
        Finished: "True AgentError 06"
      }
    },
    {
      name: "runs again",
      observed: again,
      want: { Ready: "False Starting 01", Queued: "False Started 03", Finished: "False InProgress 07" }
    },
    {
      name: "delivers",
      observed: delivers,
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
    ({ observed, want }) => assert.deepStrictEqual(conditionsOf(observed), want)
  )

  it("its phase is dated whenever phase or reason change", () => {
    const dates = [waits, stillWaits, starts, stuck, runs, fails, again, delivers].map((o) => pick(o, "lastUpdate")[0])
    assert.deepStrictEqual(dates, [1, 1, 3, 4, 5, 6, 7, 8].map(at))
  })

  it("start and end are those of the current attempt", () => {
    const of = (observed: Observed) => pick(observed, "jobName", "startedAt", "finishedAt", "expiresAt")
    assert.deepStrictEqual([waits, starts, fails, again, delivers].map(of), [
      [undefined, undefined, undefined, undefined],
      [jobName, at(3), undefined, undefined],
      [jobName, at(3), at(6), at(7)],
      [nextJobName, at(7), undefined, undefined],
      [nextJobName, at(7), at(8), "2026-03-01T08:05:00Z"]
    ])
  })

  it("the generation that was looked at is acknowledged", () => {
    assert.deepStrictEqual([fails, again].map((observed) => pick(observed, "observedGeneration")[0]), [1, 2])
  })

  it("every attempt is in the history, with its end", () => {
    const history = statusOf(delivers)["attempts"] as ReadonlyArray<Attempt>
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

  it("of an attempt that nothing is known of stays as it was", () => {
    const { last } = settle({ ...ends, jobs: [jobWith(completed())] }, 8)
    assert.deepStrictEqual(pick(last, "usage"), [usage])
  })
})
