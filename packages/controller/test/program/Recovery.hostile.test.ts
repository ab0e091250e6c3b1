/** A controller that comes back to old lists, or after the end of what it has started. On the memory cluster. */
import { assert, describe, it } from "@effect/vitest"
import { CodeRunKind, JobKind } from "@orchestrator/k8s/Kinds"
import { Effect, Layer } from "effect"
import { jobFacts } from "../../src/facts/Job.ts"
import { linked, makeLink } from "../fixtures/Links.ts"
import {
  acting,
  attemptsOf,
  cluster,
  codeRun,
  completed,
  controller,
  counted,
  docsRun,
  endless,
  pass,
  verbs
} from "./World.ts"

const over = (link: ReturnType<typeof makeLink>) => Layer.fresh(controller({}, Layer.provide(counted, linked(link))))

describe("a controller whose first list has an old version of a run", () => {
  it.effect.each<{ readonly age: "before its attempt" | "at the attempt before" | "when that had ended" }>([
    { age: "before its attempt" },
    { age: "at the attempt before" },
    { age: "when that had ended" }
  ])("leaves the newest attempt alone: $age", ({ age }) => {
    const link = makeLink()
    const script = acting((request) =>
      age === "when that had ended" && request.env["ATTEMPT"] === "1"
        ? completed(request.env, "2 seconds")
        : endless(request) ?? {}
    )
    return Effect.gen(function*() {
      const { agents, create, edit, node, run } = yield* verbs
      yield* create(codeRun("first"))
      let old = yield* run("first")
      yield* Effect.scoped(Effect.gen(function*() {
        yield* Layer.build(Layer.fresh(controller()))
        yield* pass("8 seconds")
        if (age !== "before its attempt") old = yield* run("first")
        yield* edit("first", { contextVersion: 2 })
        yield* pass("15 seconds")
      }))
      assert.lengthOf(yield* agents, 2)
      link.instead = { plural: CodeRunKind.plural, object: old }
      yield* Layer.build(over(link))
      yield* pass("20 seconds")
      link.instead = undefined
      yield* pass("10 seconds")
      const { status } = yield* run("first")
      assert.deepStrictEqual([status?.["phase"], status?.["contextVersion"]], ["Running", 2])
      const working = (yield* node.started).filter(({ isRunning }) => isRunning())
      assert.include(working.map(({ request }) => request.env["ATTEMPT"]), "2")
      assert.lengthOf(yield* agents, 2)
    }).pipe(Effect.scoped, Effect.provide(cluster(script)))
  })
})

describe("a controller that died before it had told of its Job", () => {
  it.effect("tells, when it comes back after the end, what the Job says of the attempt", () => {
    const link = makeLink()
    return Effect.gen(function*() {
      const { all, create, docs, edit, run } = yield* verbs
      link.untold = true
      yield* create(codeRun("first"))
      yield* create(docsRun("docs"))
      yield* Effect.scoped(Effect.andThen(Layer.build(over(link)), pass("3 seconds")))
      yield* edit("first", { service: "-not valid" })
      yield* pass("30 seconds")
      yield* Effect.scoped(Effect.andThen(Layer.build(Layer.fresh(controller())), pass("3 seconds")))
      const jobs = yield* all(JobKind)
      for (const { status } of [yield* run("first"), yield* docs("docs")]) {
        const job = jobs.find(({ metadata }) => metadata.name === status?.["jobName"])
        const { configmapName, phase, sessionId, startedAt, workspace } = status ?? {}
        const facts = job && jobFacts(job)
        assert.deepStrictEqual({ configmapName, phase, sessionId, startedAt, workspace }, {
          configmapName: facts?.files?.name,
          phase: "Succeeded",
          sessionId: facts?.sessions[0],
          startedAt: facts?.createdAt,
          workspace: facts?.claim
        })
        assert.lengthOf(attemptsOf(status), 1)
      }
    }).pipe(Effect.provide(cluster()))
  })
})
