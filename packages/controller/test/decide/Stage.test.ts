/** What a stage promises its rules, over whatever could be observed. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import { isAlive } from "../../src/attempt/CurrentAttempt.ts"
import { isAbandoned, type Stage, stageOf } from "../../src/decide/Stage.ts"
import { anyObserved } from "../fixtures/AnyObserved.ts"
import { given, givenStarted } from "../fixtures/Given.ts"
import { complete, makeJob, makeNextJob, released } from "../fixtures/Jobs.ts"
import { runOf } from "../fixtures/RunOf.ts"
import { makeCodeRun, uid } from "../fixtures/Runs.ts"
import { finished, running } from "../fixtures/Statuses.ts"

const run = makeCodeRun({ status: running() })
const deleting = makeCodeRun({ metadata: { deletionTimestamp: "2026-03-01T09:30:00Z" } })
const marked = makeJob({ name: "former", uid: "former", deleting: true })

describe("a run's stage", () => {
  it.each<{ name: string; observed: ReturnType<typeof given>; want: Stage["tag"] }>([
    {
      name: "a run that is being deleted is gone",
      observed: given({ run: deleting, jobs: [makeJob()] }),
      want: "Gone"
    },
    {
      name: "a finished run is gone while a former run's Job is marked",
      observed: given({ run: makeCodeRun({ status: finished("Succeeded", "Delivered") }), orphans: [marked] }),
      want: "Gone"
    },
    {
      name: "a finished run stays finished with a live Job",
      observed: given({ run: makeCodeRun({ status: finished("Failed", "AgentError") }), jobs: [makeJob()] }),
      want: "Finished"
    },
    {
      name: "a raised version supersedes the attempt that runs",
      observed: givenStarted({
        run: makeCodeRun({ status: running(), spec: { contextVersion: 2 } }),
        jobs: [makeJob()]
      }),
      want: "Superseding"
    },
    {
      name: "an attempt that was let go is superseded no more",
      observed: given({
        run: makeCodeRun({ status: running(), spec: { contextVersion: 2 } }),
        jobs: [makeJob({ ...released, end: { ...complete, reason: "" } }), makeNextJob()]
      }),
      want: "Started"
    },
    {
      name: "a spec that cannot be read starts nothing",
      observed: given({ run: makeCodeRun({ spec: { taskId: "twelve" } }) }),
      want: "Unreadable"
    },
    {
      name: "a spec that cannot be read any more does not end what runs",
      observed: givenStarted({
        run: makeCodeRun({ status: running(), spec: { taskId: "twelve" } }),
        jobs: [makeJob()]
      }),
      want: "Started"
    },
    { name: "a run without its Job has not started", observed: given({ run }), want: "NotStarted" }
  ])("$name", ({ observed, want }) => assert.strictEqual(stageOf(observed).tag, want))

  it("has what its rules are promised, whatever is observed", () =>
    fc.assert(
      fc.property(anyObserved, (observed) => {
        const stage = stageOf(observed)
        if (stage.tag === "Gone") {
          assert.isTrue(stage.marked.every(({ deleting, held }) => deleting && held))
          return
        }
        assert.strictEqual(stage.tag === "Finished", stage.run.ended)
        if (stage.tag === "Finished") return
        const { jobName } = stage.run
        const own = stage.jobs.find(({ name }) => name === jobName)
        const others = stage.jobs.filter((job) => job.name !== jobName && (job.held || isAlive(job)))
        assert.strictEqual(stage.tag === "Superseding", others.length > 0)
        if (stage.tag === "Superseding") return assert.include(others, stage.former)
        if (stage.tag === "Started") {
          assert.strictEqual(stage.job, own)
          assert.strictEqual(stage.spec !== undefined, Result.isSuccess(stage.run.spec))
          return
        }
        assert.isUndefined(own)
        assert.strictEqual(stage.tag === "NotStarted", Result.isSuccess(stage.run.spec))
      }),
      { numRuns: 400, seed: 20260301 }
    ))
})

describe("a Job that is held", () => {
  const left = makeJob({ owners: [], runUid: "gone" })
  it.each([
    { name: "whose run was deleted without it", job: left, want: true },
    { name: "whose run was deleted without it, and another has its name", job: left, successor: run, want: true },
    { name: "whose run is there", job: makeJob({ owners: [], runUid: uid }), successor: run, want: false },
    { name: "that still has an owner", job: makeJob({ runUid: "gone" }), want: false },
    { name: "that is being deleted", job: { ...left, deleting: true }, want: false },
    { name: "no more", job: { ...left, ...released }, want: false },
    { name: "and names no run", job: { ...left, runUid: "" }, want: false }
  ])("$name, was left behind: $want", ({ job, successor, want }) => {
    assert.strictEqual(isAbandoned(job, successor && runOf("CodeRun", successor)), want)
  })

  it("is told apart from those that Kubernetes has marked", () => {
    const marks = makeJob({ name: "marked", deleting: true })
    const others = [makeJob({ name: "owned" }), { ...left, ...released }]
    const stage = stageOf({ ...given(), run: undefined, orphans: [left, marks, ...others] })
    if (stage.tag !== "Gone") return assert.fail(stage.tag)
    assert.deepStrictEqual([stage.marked, stage.abandoned, stage.successor], [[marks], [left], undefined])
    return undefined
  })
})
