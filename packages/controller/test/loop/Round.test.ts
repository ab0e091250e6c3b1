/** A round: feedback of the cluster is reported at once, once, and forgotten. */
import { assert, describe, it } from "@effect/vitest"
import { decodeConfig } from "@orchestrator/domain/OrchestratorConfig"
import { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { DateTime, Effect, Result } from "effect"
import type { Performed } from "../../src/act/Interpreter.ts"
import type { Plan } from "../../src/decide/Rule.ts"
import { Feedback } from "../../src/facts/Feedback.ts"
import { makeRound } from "../../src/loop/Round.ts"
import { given, givenStarted } from "../fixtures/Given.ts"
import { complete, jobWith, makeJob } from "../fixtures/Jobs.ts"
import { makeCodeRun } from "../fixtures/Runs.ts"
import { finished } from "../fixtures/Statuses.ts"

const finishedRun = makeCodeRun({ status: finished("Succeeded", "Delivered") })

/** Performs everything but the creation of the Job, which is answered with this. */
const answering = (answer: Omit<Performed, "again">) => {
  const plans: Array<Plan> = []
  const perform = (plan: Plan) =>
    Effect.sync((): Performed => {
      plans.push(plan)
      return plan.rule === "jobAbsent" ? { again: true, ...answer } : { again: plan.actions.length > 0 }
    })
  return { plans, round: makeRound(perform) }
}

const tagsOf = (plans: ReadonlyArray<Plan>) =>
  plans.map(({ actions, rule }) => [rule, ...actions.map(({ _tag }) => _tag)])

describe("a round with feedback", () => {
  it.effect("reports it in the status, by a second plan on the same observation", () =>
    Effect.gen(function*() {
      const { plans, round } = answering({ feedback: Feedback.JobNameTaken() })
      assert.strictEqual((yield* round(given())).acted, "nameTaken")
      assert.deepStrictEqual(tagsOf(plans), [
        ["jobAbsent", "LeaseWorkspace", "CreateJob", "CreateFiles"],
        ["nameTaken", "WriteStatus"]
      ])
    }))

  it.effect("fails with the error to retry after the status was written, and meets it again in the next round", () =>
    Effect.gen(function*() {
      const error = new KubernetesError({
        operation: "create",
        ref: "jobs.batch agents/code-api-v1",
        reason: { _tag: "Forbidden", message: "exceeded quota: few" }
      })
      const { plans, round } = answering({
        feedback: Feedback.Refused({ what: "Job", words: "exceeded quota: few", lasting: false }),
        error
      })
      assert.strictEqual(yield* Effect.flip(round(given())), error)
      assert.strictEqual(yield* Effect.flip(round(given())), error)
      const once = ["jobAbsent", "refused"]
      assert.deepStrictEqual(plans.map(({ rule }) => rule), [...once, ...once])
    }))
})

describe("after a round that did something", () => {
  const round = makeRound(() => Effect.succeed({ again: true, asPlanned: true }))
  const ended = jobWith({ outcome: "Completed", message: "Done." })

  it.effect.each([
    { name: "a start is followed by what becomes of its Job", observed: given(), acted: "jobAbsent", isLast: true },
    {
      name: "a start in a queue of Kueue's is looked at again",
      observed: given({ config: Result.getOrThrow(decodeConfig({ kueue: { queueName: "agents" } })) }),
      acted: "jobAbsent",
      isLast: false
    },
    { name: "an end is, too", observed: givenStarted({ jobs: [ended] }), acted: "jobFinished", isLast: false },
    {
      name: "where the attempt stands is said once",
      observed: givenStarted({ jobs: [makeJob()] }),
      acted: "jobRunning",
      isLast: true
    },
    {
      name: "a Job is let go of once",
      observed: given({ run: finishedRun, jobs: [makeJob({ end: complete })] }),
      acted: "terminal",
      isLast: true
    },
    {
      name: "a Job that is asked to stop is looked at again",
      observed: given({ run: finishedRun, jobs: [makeJob()] }),
      acted: "terminal",
      isLast: false
    }
  ])("$name", ({ acted, isLast, observed }) =>
    Effect.gen(function*() {
      const left = yield* round(observed)
      assert.deepStrictEqual([left.acted, left.isLast], [acted, isLast])
    }))

  it.effect("a start of which not all is there as it was sent is looked at again", () =>
    Effect.gen(function*() {
      const { isLast } = yield* makeRound(() => Effect.succeed({ again: true }))(given())
      assert.isFalse(isLast)
    }))

  it.effect("a start is looked at when its usual time is over, whatever is heard of it", () =>
    Effect.gen(function*() {
      const observed = given()
      const { wakeAt } = yield* round(observed)
      assert.deepStrictEqual(wakeAt, DateTime.add(observed.now, { seconds: 10 }))
    }))
})
