/** What holds for every plan: over all named cases, and over whatever a cluster could make us observe. */
import { assert, describe, it } from "@effect/vitest"
import { CodeRunStatus } from "@orchestrator/domain/CodeRun"
import { DocsRunStatus } from "@orchestrator/domain/DocsRun"
import { isTerminal } from "@orchestrator/domain/Phase"
import { DateTime, Schema } from "effect"
import fc from "fast-check"
import { isAlive } from "../../src/attempt/CurrentAttempt.ts"
import { Action } from "../../src/decide/Action.ts"
import { isLast, plan } from "../../src/decide/Plan.ts"
import { Feedback } from "../../src/facts/Feedback.ts"
import type { Observed } from "../../src/facts/Observed.ts"
import { anyObserved } from "../fixtures/AnyObserved.ts"
import { writtenStatus } from "../fixtures/PlanCase.ts"
import { allCases, casesByRule } from "../fixtures/PlanCases.ts"
import { afterPlan, settle } from "../fixtures/Simulate.ts"

const roundTrip = {
  CodeRun: (status: unknown) => Schema.encodeSync(CodeRunStatus)(Schema.decodeUnknownSync(CodeRunStatus)(status)),
  DocsRun: (status: unknown) => Schema.encodeSync(DocsRunStatus)(Schema.decodeUnknownSync(DocsRunStatus)(status))
}

const feedbacks = [
  Feedback.JobNameTaken(),
  Feedback.FilesNameTaken(),
  Feedback.WorkspaceNameTaken({ claim: "workspace-api" }),
  Feedback.Refused({ what: "Job", words: "exceeded quota: few", lasting: false }),
  Feedback.Refused({ what: "Job", words: "no such field", lasting: true }),
  Feedback.Refused({ what: "ConfigMap", words: "exceeded quota: few", lasting: false }),
  Feedback.Refused({ what: "ConfigMap", words: "too large", lasting: true }),
  Feedback.Refused({ what: "PersistentVolumeClaim", words: "exceeded quota: few", lasting: false }),
  Feedback.Refused({ what: "request to stop", words: "not allowed", lasting: false })
]

/** Every status that a round may come to write, also when it learns why its plan cannot be done. */
const statusesOf = (observed: Observed) =>
  [observed, ...feedbacks.map((feedback) => ({ ...observed, feedback }))]
    .flatMap((each) => plan(each).actions.filter(Action.$is("WriteStatus")))

describe("every named case", () => {
  const check = (property: (given: Observed) => void) => () => {
    for (const { given, name } of allCases) {
      try {
        property(given)
      } catch (error) {
        throw new Error(name, { cause: error })
      }
    }
  }

  it(
    "writes the status at most once, and last",
    check((given) => {
      const tags = plan(given).actions.map(({ _tag }) => _tag)
      assert.isAtMost(tags.filter((tag) => tag === "WriteStatus").length, 1)
      assert.include([-1, tags.length - 1], tags.indexOf("WriteStatus"))
    })
  )

  it(
    "writes only what the kind's schema keeps",
    check((given) => {
      for (const { run: { kind }, status } of statusesOf(given)) {
        assert.deepStrictEqual<unknown>(roundTrip[kind](status), status)
      }
    })
  )

  it(
    "has nothing left to do after a few rounds, and writes no status twice",
    check((given) => {
      const { plans } = settle(given, 8)
      assert.lengthOf(plans.at(-1)?.actions ?? [], 0)
      const written = plans.map(writtenStatus).filter((status) => status !== undefined)
      written.forEach((status, index) => assert.notDeepEqual(status, written[index + 1]))
    })
  )

  it(
    "has no status left to write once its status is stored, whatever else is still to do",
    check((given) => {
      const status = plan(given).actions.find(Action.$is("WriteStatus"))
      if (status === undefined) return
      const stored = afterPlan(given, { rule: "", actions: [status] })
      assert.notDeepEqual(writtenStatus(plan(stored)), status.status)
    })
  )

  it("are at least a hundred, each with a name of its own", () => {
    assert.isAtLeast(allCases.length, 100)
    for (const [rule, cases] of Object.entries(casesByRule)) {
      assert.strictEqual(new Set(cases.map(({ name }) => name)).size, cases.length, rule)
    }
  })
})

describe("every plan", () => {
  const check = (property: (observed: Observed) => void) => () =>
    fc.assert(fc.property(anyObserved, property), { numRuns: 400, seed: 20260301 })

  it(
    "is made, whatever is observed",
    check((observed) => {
      assert.isString(plan(observed).rule)
      assert.notStrictEqual(plan(observed).rule, "none")
    })
  )

  it(
    "never starts a finished run again",
    check((observed) => {
      if (observed.run?.ended !== true) return
      const tags = plan(observed).actions.map(({ _tag }) => _tag)
      assert.notIncludeMembers(tags, ["CreateJob", "CreateFiles", "CreateWorkspace", "LeaseWorkspace"])
      assert.notInclude(tags, "WriteStatus")
    })
  )

  it(
    "creates no Job while one of this run is there under the same name, or was",
    check((observed) => {
      for (const action of plan(observed).actions) {
        if (action._tag !== "CreateJob") continue
        assert.notInclude(observed.jobs.map(({ name }) => name), action.job.metadata.name)
        assert.notInclude(observed.run?.status.attempts?.map(({ jobName }) => jobName) ?? [], action.job.metadata.name)
      }
    })
  )

  it(
    "creates no Job beside a live one of this run",
    check((observed) => {
      const alive = observed.jobs.some((job) => isAlive(job) && !job.deleting)
      const creates = plan(observed).actions.some(Action.$is("CreateJob"))
      assert.isFalse(alive && creates)
    })
  )

  it(
    "does nothing more once its status is written and its actions are done",
    check((observed) => {
      const { plans } = settle(observed, 12)
      assert.lengthOf(plans.at(-1)?.actions ?? [], 0)
    })
  )

  it(
    "has nothing to do when it says so, nor before the time at which it is looked at",
    check((observed) => {
      const decided = plan(observed)
      if (!isLast(decided)) return
      const { wakeAt } = decided
      const after = afterPlan(observed, decided)
      for (const now of [observed.now, ...(wakeAt === undefined ? [] : [DateTime.subtract(wakeAt, { seconds: 1 })])]) {
        if (DateTime.isLessThan(now, observed.now)) continue
        assert.deepStrictEqual(plan({ ...after, now }).actions, [])
      }
    })
  )

  it(
    "never takes a version back, nor changes the end of one",
    check((observed) => {
      let last = observed
      for (let round = 0; round < 6; round++) {
        const before = last.run
        last = afterPlan(last, plan(last))
        const after = last.run
        if (before === undefined || after === undefined) return
        assert.isAtLeast(after.attempt.contextVersion, before.attempt.contextVersion)
        if (before.ended) {
          assert.strictEqual(after.status.phase, before.status.phase)
        }
      }
    })
  )

  it(
    "only reports the feedback, and creates nothing",
    check((observed) => {
      for (const feedback of feedbacks) {
        const { actions, rule } = plan({ ...observed, feedback })
        if (rule !== "nameTaken" && rule !== "refused") continue
        assert.isTrue(actions.every(Action.$is("WriteStatus")))
      }
    })
  )

  it(
    "says Finished of every ended run and of no other",
    check((observed) => {
      for (const { status } of statusesOf(observed)) {
        const conditions: ReadonlyArray<{ type?: unknown; status?: unknown }> = Array.isArray(status["conditions"])
          ? status["conditions"]
          : []
        const said = conditions.find(({ type }) => type === "Finished")?.status
        assert.strictEqual(said, isTerminal(String(status["phase"])) ? "True" : "False")
      }
    })
  )

  it(
    "stops and releases only Jobs of this run or orphans that are held",
    check((observed) => {
      const known = [...observed.jobs, ...observed.orphans]
      for (const action of plan(observed).actions) {
        if (action._tag === "StopJob") {
          assert.include(observed.jobs.map(({ uid }) => uid), action.uid)
        }
        if (action._tag === "ReleaseJob") {
          assert.isTrue(known.find(({ uid }) => uid === action.uid)?.held)
        }
      }
    })
  )
})
