import { assert, it } from "@effect/vitest"
import { JobKind, PersistentVolumeClaimKind, PodKind } from "@orchestrator/k8s/Kinds"
import { Effect, Layer } from "effect"
import { acting, cluster, codeRun, completed, controller, namespace, pass, verbs, world } from "./World.ts"

it.effect("S9: two runs of one service work one after the other, the older first", () =>
  Effect.gen(function*() {
    const { agents, all, create, run } = yield* verbs
    yield* create(codeRun("b-older"))
    yield* pass("1 second")
    yield* create(codeRun("a-younger", { taskId: 2 }))
    yield* create(codeRun("c-younger", { taskId: 3 }))
    yield* pass("3 seconds")
    const waiting = (yield* run("a-younger")).status
    assert.deepStrictEqual([waiting?.["phase"], waiting?.["reason"]], ["Pending", "WaitingForWorkspace"])
    for (let second = 0; second < 60; second++) {
      yield* pass("1 second")
      const live = (yield* all(PodKind)).filter(({ status }) => status?.phase === "Running")
      assert.isAtMost(live.length, 1)
    }
    assert.deepStrictEqual((yield* agents).map(({ env }) => env["RUN_NAME"]), ["b-older", "a-younger", "c-younger"])
    assert.strictEqual((yield* run("c-younger")).status?.["phase"], "Succeeded")
  }).pipe(Effect.provide(world())))

it.effect("a claim that is being deleted is given to nobody, however long that takes: who waits for it gets a new one", () =>
  Effect.gen(function*() {
    const { client, create, find, run } = yield* verbs
    const claim = { name: "workspace-api", namespace }
    const held = (finalizers: ReadonlyArray<string>) =>
      client.patch(PersistentVolumeClaimKind, claim, { type: "merge", body: { metadata: { finalizers } } })
    yield* create(codeRun("first"))
    yield* create(codeRun("second", { taskId: 2 }))
    yield* pass("3 seconds")
    const before = yield* held(["acme.example/snapshot"])
    yield* client.delete(PersistentVolumeClaimKind, claim)
    yield* pass("1 minute")
    assert.strictEqual((yield* run("first")).status?.["phase"], "Succeeded")
    assert.strictEqual((yield* run("second")).status?.["reason"], "WaitingForWorkspace")
    yield* held([])
    yield* pass("1 minute")
    assert.strictEqual((yield* run("second")).status?.["phase"], "Succeeded")
    assert.notStrictEqual((yield* find(PersistentVolumeClaimKind, claim.name))?.metadata.uid, before.metadata.uid)
  }).pipe(Effect.provide(world())))

it.effect("the next attempt waits for the pod of the one before, also where its Job was deleted by a person", () =>
  Effect.gen(function*() {
    const { agents, client, create, edit, jobs, pods, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("3 seconds")
    for (const { metadata: { name = "" } } of yield* jobs) {
      yield* client.delete(JobKind, { name, namespace }, { propagationPolicy: "Background" })
    }
    yield* pass("3 seconds")
    assert.strictEqual((yield* run("first")).status?.["reason"], "JobLost")
    yield* edit("first", { contextVersion: 2 })
    for (let second = 0; second < 60; second++) {
      yield* pass("1 second")
      assert.isAtMost((yield* pods).filter(({ status }) => status?.phase === "Running").length, 1)
    }
    assert.lengthOf(yield* agents, 2)
  }).pipe(
    Effect.provide(world({
      script: acting(({ env }) => ({ ...completed(env, "never"), onTerminate: "ignore" })),
      config: { agent: { terminationGracePeriodSeconds: 30 } }
    }))
  ))

it.effect("runs of two services work at the same time", () =>
  Effect.gen(function*() {
    const { all, create } = yield* verbs
    yield* create(codeRun("one", { service: "one" }))
    yield* create(codeRun("two", { service: "two" }))
    yield* pass("5 seconds")
    assert.lengthOf((yield* all(PodKind)).filter(({ status }) => status?.phase === "Running"), 2)
  }).pipe(Effect.provide(world())))

it.effect("a run whose service is edited while it works stands in no other line", () =>
  Effect.gen(function*() {
    const { create, edit, run } = yield* verbs
    yield* create(codeRun("mover", { service: "one" }))
    yield* pass("2 seconds")
    yield* edit("mover", { service: "two" })
    yield* create(codeRun("other", { service: "two" }))
    yield* pass("5 seconds")
    assert.strictEqual((yield* run("other")).status?.["phase"], "Running")
  }).pipe(Effect.provide(world())))

it.effect("with shared access, runs of one service work at the same time", () =>
  Effect.gen(function*() {
    const { all, create } = yield* verbs
    yield* create(codeRun("one"))
    yield* create(codeRun("two"))
    yield* pass("5 seconds")
    assert.lengthOf((yield* all(PodKind)).filter(({ status }) => status?.phase === "Running"), 2)
  }).pipe(Effect.provide(world({ config: { storage: { access: "Shared" } } }))))

it.effect("S11: a Job that finishes while the controller is down is recorded when it is back", () =>
  Effect.gen(function*() {
    const { agents, create, requests, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* Effect.scoped(Effect.andThen(Layer.build(Layer.fresh(controller())), pass("3 seconds")))
    yield* pass("30 seconds")
    assert.strictEqual((yield* run("first")).status?.["phase"], "Running")
    yield* Effect.scoped(Effect.andThen(Layer.build(Layer.fresh(controller())), pass("3 seconds")))
    assert.strictEqual((yield* run("first")).status?.["phase"], "Succeeded")
    assert.lengthOf(yield* agents, 1)
    assert.lengthOf((yield* requests).filter((request) => request === "create Job"), 1)
  }).pipe(Effect.provide(cluster())))

it.effect("a controller that stops after any of its writes and starts again converges to the same", () =>
  Effect.gen(function*() {
    const { agents, create, run } = yield* verbs
    yield* create(codeRun("first"))
    for (let start = 0; start < 30; start++) {
      yield* Effect.scoped(Effect.andThen(Layer.build(Layer.fresh(controller())), pass("1 second")))
    }
    assert.strictEqual((yield* run("first")).status?.["phase"], "Succeeded")
    assert.lengthOf(yield* agents, 1)
  }).pipe(Effect.provide(cluster())))

it.effect("bad specs fail with the field's name and start nothing", () =>
  Effect.gen(function*() {
    const { agents, create, run } = yield* verbs
    yield* create(codeRun("no-service", { service: "" }))
    yield* create(codeRun("no-url", { repositoryUrl: "file:///etc" }))
    yield* create(codeRun("bad-env", { env: { LD_PRELOAD: "x" } }))
    yield* pass("5 seconds")
    const wanted = { "no-service": "spec.service", "no-url": "spec.repositoryUrl", "bad-env": "spec.env.LD_PRELOAD" }
    for (const [name, field] of Object.entries(wanted)) {
      const { status } = yield* run(name)
      assert.deepStrictEqual([status?.["phase"], status?.["reason"]], ["Failed", "InvalidSpec"])
      assert.include(String(status?.["message"]), field)
    }
    assert.lengthOf(yield* agents, 0)
  }).pipe(Effect.provide(world())))
