import { assert, it } from "@effect/vitest"
import { JobKind, PodKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import { attemptsOf, codeRun, endless, pass, verbs, world } from "./World.ts"

const never = world({ script: endless })

it.effect("S4: a raised contextVersion starts the next attempt in the same workspace, told to resume", () =>
  Effect.gen(function*() {
    const { agents, create, edit, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("20 seconds")
    yield* edit("first", { contextVersion: 2, promptModification: "Add tests." })
    yield* pass("20 seconds")
    const { status } = yield* run("first")
    assert.deepStrictEqual([status?.["phase"], status?.["contextVersion"], status?.["promptModification"]], [
      "Succeeded",
      2,
      "Add tests."
    ])
    const started = yield* agents
    assert.deepStrictEqual(started.map(({ env }) => [env["ATTEMPT"], env["RESUME_SESSION"]]), [["1", "false"], [
      "2",
      "true"
    ]])
    assert.deepStrictEqual(
      new Set(started.map(({ pod }) => JSON.stringify(pod.spec.volumes?.find(({ name }) => name === "workspace"))))
        .size,
      1
    )
    assert.deepStrictEqual(
      attemptsOf(status).map(({ outcome }) => outcome),
      ["Succeeded", "Succeeded"]
    )
    assert.deepStrictEqual(status?.["usage"], { costUsd: 0.5, turns: 8 })
  }).pipe(Effect.provide(world())))

it.effect("a lower contextVersion starts nothing", () =>
  Effect.gen(function*() {
    const { agents, create, edit, run } = yield* verbs
    yield* create(codeRun("first", { contextVersion: 3 }))
    yield* pass("20 seconds")
    yield* edit("first", { contextVersion: 2 })
    yield* pass("20 seconds")
    assert.lengthOf(yield* agents, 1)
    assert.strictEqual((yield* run("first")).status?.["contextVersion"], 3)
  }).pipe(Effect.provide(world())))

it.effect("raising contextVersion during an attempt ends it first: never two live pods, both attempts recorded", () =>
  Effect.gen(function*() {
    const { agents, all, create, edit, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("10 seconds")
    yield* edit("first", { contextVersion: 2 })
    for (let second = 0; second < 20; second++) {
      yield* pass("1 second")
      const live = (yield* all(PodKind)).filter(({ status }) => status?.phase === "Running")
      assert.isAtMost(live.length, 1)
    }
    assert.lengthOf(yield* agents, 2)
    const { status } = yield* run("first")
    assert.strictEqual(status?.["phase"], "Running")
    assert.deepStrictEqual(
      attemptsOf(status)
        .map(({ contextVersion, outcome }) => [contextVersion, outcome]),
      [[1, "Cancelled"], [2, undefined]]
    )
  }).pipe(Effect.provide(never)))

it.effect("S15: cancelling a run stops its agent, which saves its work; the phase is Cancelled for good", () =>
  Effect.gen(function*() {
    const { agents, all, create, edit, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("10 seconds")
    yield* edit("first", { cancel: true })
    yield* pass("10 seconds")
    const { status } = yield* run("first")
    assert.deepStrictEqual([status?.["phase"], status?.["reason"], status?.["headCommit"]], [
      "Cancelled",
      "Cancelled",
      "fedcba9876543210fedcba9876543210fedcba98"
    ])
    yield* edit("first", { cancel: false })
    yield* pass("10 seconds")
    assert.strictEqual((yield* run("first")).status?.["phase"], "Cancelled")
    assert.lengthOf(yield* agents, 1)
    yield* pass("70 minutes", "10 seconds")
    assert.lengthOf(yield* all(JobKind), 0)
  }).pipe(Effect.provide(never)))

it.effect("a request to cancel that is left standing ends one version only, and can be made again", () =>
  Effect.gen(function*() {
    const { agents, create, edit, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("10 seconds")
    yield* edit("first", { cancel: true })
    yield* pass("10 seconds")
    yield* edit("first", { contextVersion: 2 })
    yield* pass("10 seconds")
    const { status } = yield* run("first")
    assert.deepStrictEqual([status?.["phase"], status?.["contextVersion"]], ["Running", 2])
    assert.lengthOf(yield* agents, 2)
    yield* edit("first", { cancel: false })
    yield* pass("2 seconds")
    yield* edit("first", { cancel: true })
    yield* pass("10 seconds")
    assert.strictEqual((yield* run("first")).status?.["phase"], "Cancelled")
    assert.lengthOf(yield* agents, 2)
  }).pipe(Effect.provide(never)))

it.effect("continueSession takes up the newest session of the service, whichever run had it", () =>
  Effect.gen(function*() {
    const { agents, create } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("20 seconds")
    yield* create(codeRun("second", { taskId: 2 }))
    yield* pass("20 seconds")
    yield* create(codeRun("third", { taskId: 3, continueSession: true }))
    yield* create(codeRun("elsewhere", { service: "web", continueSession: true }))
    yield* pass("20 seconds")
    const started = (yield* agents).map(({ env }) => env)
    const of = (run: string, name: string) => started.find((env) => env["RUN_NAME"] === run)?.[name]
    assert.deepStrictEqual(["second", "third", "elsewhere"].map((run) => of(run, "RESUME_SESSION_ID")), [
      undefined,
      of("second", "SESSION_ID"),
      undefined
    ])
    assert.strictEqual(of("elsewhere", "RESUME_SESSION"), "true")
  }).pipe(Effect.provide(world())))

it.effect("runs of one task that begin together are each told to take a branch of their own, and one that is alone is not", () =>
  Effect.gen(function*() {
    const { agents, create } = yield* verbs
    yield* Effect.all([create(codeRun("first")), create(codeRun("second", { service: "web" }))], { concurrency: 2 })
    yield* create(codeRun("alone", { service: "docs", taskId: 2 }))
    yield* pass("20 seconds")
    yield* create(codeRun("later", { service: "later" }))
    yield* pass("20 seconds")
    const ownBranches = new Map((yield* agents).map(({ env }) => [env["RUN_NAME"], env["OWN_BRANCH"]]))
    assert.deepStrictEqual([...ownBranches].toSorted(), [
      ["alone", undefined],
      ["first", "true"],
      ["later", undefined],
      ["second", "true"]
    ])
  }).pipe(Effect.provide(world())))

it.effect("a run that is cancelled before it starts never starts", () =>
  Effect.gen(function*() {
    const { agents, create, run } = yield* verbs
    yield* create(codeRun("first", { cancel: true }))
    yield* pass("10 seconds")
    assert.strictEqual((yield* run("first")).status?.["phase"], "Cancelled")
    assert.lengthOf(yield* agents, 0)
  }).pipe(Effect.provide(world())))

it.effect("S12: editing the spec of a running run changes nothing of its attempt", () =>
  Effect.gen(function*() {
    const { agents, create, edit, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("5 seconds")
    yield* edit("first", { model: "another-model", service: "-not valid" })
    yield* pass("20 seconds")
    assert.strictEqual((yield* run("first")).status?.["phase"], "Succeeded")
    assert.lengthOf(yield* agents, 1)
  }).pipe(Effect.provide(world())))

it.effect("an attempt that outlives its time limit fails with DeadlineExceeded and what it saved", () =>
  Effect.gen(function*() {
    const { create, run } = yield* verbs
    yield* create(codeRun("first", { timeoutSeconds: 60 }))
    yield* pass("80 seconds")
    const { status } = yield* run("first")
    assert.deepStrictEqual([status?.["phase"], status?.["reason"], status?.["headCommit"]], [
      "Failed",
      "DeadlineExceeded",
      "fedcba9876543210fedcba9876543210fedcba98"
    ])
  }).pipe(Effect.provide(never)))

it.effect("limits are over all attempts: what earlier ones used is gone, and nothing starts with nothing left", () =>
  Effect.gen(function*() {
    const { agents, create, edit, run } = yield* verbs
    yield* create(codeRun("first", { maxCostUsd: 0.5, maxTurns: 100 }))
    yield* pass("20 seconds")
    yield* edit("first", { contextVersion: 2 })
    yield* pass("20 seconds")
    yield* edit("first", { contextVersion: 3 })
    yield* pass("20 seconds")
    assert.deepStrictEqual((yield* agents).map(({ env }) => [env["MAX_COST_USD"], env["MAX_TURNS"]]), [["0.5", "100"], [
      "0.25",
      "96"
    ]])
    const { status } = yield* run("first")
    assert.deepStrictEqual([status?.["phase"], status?.["reason"]], ["Failed", "BudgetExceeded"])
  }).pipe(Effect.provide(world())))
