/** Cancelling and raising at the same time, in either order: what is cancelled is the version that was asked for when somebody cancelled. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import {
  acting,
  attemptsOf,
  cluster,
  codeRun,
  completed,
  controller,
  docsRun,
  endless,
  pass,
  verbs,
  world
} from "./World.ts"

/** The first version works until it is stopped, later ones deliver. */
const patient = acting(({ env, pod }) =>
  completed(env, pod.metadata.labels?.["context-version"] === "1" ? "never" : "5 seconds")
)

const outcomes = Effect.gen(function*() {
  const { run } = yield* verbs
  const { status } = yield* run("a")
  return [status?.["phase"], status?.["contextVersion"], ...attemptsOf(status).map(({ outcome }) => outcome)]
})

const worked = Effect.gen(function*() {
  const { agents } = yield* verbs
  return (yield* agents).map(({ pod }) => pod.metadata.labels?.["context-version"])
})

describe("a run that works", () => {
  it.effect("cancelled and raised in one moment goes on with the next version", () =>
    Effect.gen(function*() {
      const { create, edit } = yield* verbs
      yield* create(codeRun("a"))
      yield* pass("3 seconds")
      yield* edit("a", { cancel: true })
      yield* edit("a", { contextVersion: 2 })
      yield* pass("40 seconds")
      assert.deepStrictEqual(yield* outcomes, ["Succeeded", 2, "Cancelled", "Succeeded"])
    }).pipe(Effect.provide(world({ script: patient }))))

  it.effect("raised and cancelled in one moment ends", () =>
    Effect.gen(function*() {
      const { create, edit } = yield* verbs
      yield* create(codeRun("a"))
      yield* pass("3 seconds")
      yield* edit("a", { contextVersion: 2 })
      yield* edit("a", { cancel: true })
      yield* pass("40 seconds")
      assert.deepStrictEqual((yield* outcomes).slice(0, 3), ["Cancelled", 2, "Cancelled"])
      assert.deepStrictEqual(yield* worked, ["1"])
    }).pipe(Effect.provide(world({ script: endless }))))

  it.effect.each([
    { how: "by its version", edits: [{ cancelVersion: 2 }] },
    { how: "by taking the request back and making it anew in one moment", edits: [{ cancel: false }, { cancel: true }] }
  ])(
    "is cancelled while the request that ended the version before still stands: $how",
    ({ edits }) =>
      Effect.gen(function*() {
        const { create, edit } = yield* verbs
        yield* create(codeRun("a"))
        yield* pass("3 seconds")
        yield* edit("a", { cancel: true })
        yield* pass("20 seconds")
        yield* edit("a", { contextVersion: 2 })
        yield* pass("10 seconds")
        assert.deepStrictEqual((yield* outcomes).slice(0, 2), ["Running", 2])
        for (const spec of edits) yield* edit("a", spec)
        yield* pass("20 seconds")
        assert.deepStrictEqual(yield* outcomes, ["Cancelled", 2, "Cancelled", "Cancelled"])
      }).pipe(Effect.provide(world({ script: endless })))
  )
})

describe("while the controller is away", () => {
  it.effect.each([
    {
      asked: "cancelled by its version, and raised",
      spec: { cancel: true, cancelVersion: 1, contextVersion: 2 },
      ends: "Succeeded"
    },
    {
      asked: "raised, and cancelled by its version",
      spec: { cancel: true, cancelVersion: 2, contextVersion: 2 },
      ends: "Cancelled"
    },
    {
      asked: "raised and cancelled as ever, whichever came first",
      spec: { cancel: true, contextVersion: 2 },
      ends: "Cancelled"
    }
  ])("a run that works is $asked", ({ ends, spec }) =>
    Effect.gen(function*() {
      const { create, edit, run } = yield* verbs
      yield* create(codeRun("a"))
      yield* Effect.scoped(Effect.andThen(Layer.build(Layer.fresh(controller())), pass("3 seconds")))
      yield* edit("a", spec)
      yield* Effect.scoped(Effect.andThen(Layer.build(Layer.fresh(controller())), pass("40 seconds")))
      assert.deepStrictEqual((yield* outcomes).slice(0, 2), [ends, 2])
      assert.strictEqual((yield* run("a")).status?.["cancelledVersion"], ends === "Succeeded" ? 1 : undefined)
    }).pipe(Effect.provide(cluster(patient))))
})

it.effect("a run that had ended, cancelled to no effect and raised in one moment, starts", () =>
  Effect.gen(function*() {
    const { create, edit } = yield* verbs
    yield* create(codeRun("a"))
    yield* pass("20 seconds")
    yield* edit("a", { cancel: true })
    yield* edit("a", { contextVersion: 2 })
    yield* pass("20 seconds")
    assert.deepStrictEqual(yield* outcomes, ["Succeeded", 2, "Succeeded", "Succeeded"])
  }).pipe(Effect.provide(world())))

it.effect("a DocsRun is cancelled as ever", () =>
  Effect.gen(function*() {
    const { create, docs } = yield* verbs
    yield* create(docsRun("a", { cancel: true }))
    yield* pass("5 seconds")
    assert.strictEqual((yield* docs("a")).status?.["phase"], "Cancelled")
  }).pipe(Effect.provide(world())))
