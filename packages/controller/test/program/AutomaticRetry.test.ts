/** Runs that go on by themselves: after a usage limit, and after infrastructure loss. */
import { assert, describe, it } from "@effect/vitest"
import { Kubelet } from "@orchestrator/embedded/node/Kubelet"
import { JobKind, PodKind } from "@orchestrator/k8s/Kinds"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { type Duration, Effect, Layer } from "effect"
import {
  acting,
  attemptsOf,
  cluster,
  codeRun,
  completed,
  conditionOf,
  controller,
  docsRun,
  failed,
  isAgain,
  pass,
  verbs,
  world
} from "./World.ts"

/** The first try meets a limit that ends two hours after the test's beginning; the next delivers. */
const limited = acting(
  (request) => isAgain(request) ? completed(request.env, "10 seconds") : failed("RateLimited"),
  (request) =>
    isAgain(request)
      ? {}
      : { limitedAt: "1970-01-01T00:00:10Z", resetAt: "1970-01-01T02:00:00Z", costUsd: 0.5, turns: 0 }
)
const alwaysLimited = acting(() => failed("RateLimited"), () => ({ limitedAt: "1970-01-01T00:00:10Z" }))
/** The first tries work until they are stopped; the one after the first delivers. */
const slow = acting((request) => completed(request.env, isAgain(request) ? "10 seconds" : "never"))
const endless = acting((request) => completed(request.env, "never"))

const conditionsOf = (status: CustomObject["status"]) =>
  Object.fromEntries(["Progressing", "Ready"].map((type) => {
    const condition = conditionOf(status, type)
    return [type, condition && `${condition.status} ${condition.reason}`]
  }))
const entries = (status: CustomObject["status"]) =>
  attemptsOf(status).map(({ contextVersion, outcome, reason, retry = 0 }) => [contextVersion, retry, outcome, reason])

const evict = Effect.fnUntraced(function*(run: string) {
  const { all } = yield* verbs
  const node = yield* Kubelet
  for (const { metadata, status } of yield* all(PodKind)) {
    const { name = "", namespace } = metadata
    if (status?.phase === "Running" && name.includes(run)) yield* node.evict({ name, namespace }, "low on memory")
  }
})

const jobNames = Effect.gen(function*() {
  const { agents } = yield* verbs
  return (yield* agents).map(({ pod }) => pod.metadata.ownerReferences?.[0]?.name.replace(/-[0-9a-f]{8}$/, ""))
})

describe("a usage limit", () => {
  it.effect("is waited for until it ends; then the same version goes on in the same session, and no retry is counted", () =>
    Effect.gen(function*() {
      const { agents, all, create, requests, run } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("20 seconds")
      const { status: waiting } = yield* run("first")
      assert.deepStrictEqual(
        [waiting?.["phase"], waiting?.["reason"], waiting?.["resumesAt"], waiting?.["retryCount"]],
        ["Pending", "RateLimited", "1970-01-01T02:00:00Z", undefined]
      )
      const { Progressing, Ready } = conditionsOf(waiting)
      assert.deepStrictEqual([Progressing, Ready], ["False RateLimited", "False RateLimited"])
      const quiet = (yield* requests).length
      yield* pass("1 hour", "5 minutes")
      assert.lengthOf(yield* requests, quiet)
      yield* pass("59 minutes", "1 minute")
      assert.lengthOf(yield* agents, 1)
      yield* pass("90 seconds", "5 seconds")
      const { status } = yield* run("first")
      assert.deepStrictEqual(
        [status?.["phase"], status?.["contextVersion"], status?.["retryCount"], status?.["resumesAt"]],
        ["Succeeded", 1, undefined, undefined]
      )
      assert.deepStrictEqual(entries(status), [[1, 0, "Failed", "RateLimited"], [1, 1, "Succeeded", "Delivered"]])
      assert.deepStrictEqual(status?.["usage"], { costUsd: 0.75, turns: 4 })
      assert.deepStrictEqual(yield* jobNames, ["code-first-v1", "code-first-v1-r1"])
      const started = yield* agents
      assert.lengthOf(new Set(started.map(({ env }) => env["SESSION_ID"])), 1)
      assert.deepStrictEqual(started.map(({ env }) => env["RESUME_SESSION"]), ["false", "true"])
      const { Progressing: moving } = conditionsOf(status)
      assert.strictEqual(moving, "True Started")
      yield* pass("2 hours", "5 minutes")
      assert.lengthOf(yield* all(JobKind), 0)
    }).pipe(Effect.provide(world({ script: limited }))))

  it.effect("costs the writes of another Job, and one read before it is made", () =>
    Effect.gen(function*() {
      const { create, requests } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("20 seconds")
      yield* pass("2 hours", "2 minutes")
      assert.deepStrictEqual(yield* requests, [
        "create PersistentVolumeClaim",
        "create Job",
        "create ConfigMap",
        "replaceStatus CodeRun",
        "replaceStatus CodeRun",
        "patch Job",
        "get CodeRun",
        "create Job",
        "create ConfigMap",
        "replaceStatus CodeRun",
        "replaceStatus CodeRun",
        "patch Job"
      ])
    }).pipe(Effect.provide(world({ script: limited }))))

  it.effect("that never ends is waited for longer each time, and then no more", () =>
    Effect.gen(function*() {
      const { agents, create, run } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("10 minutes", "5 seconds")
      assert.lengthOf(yield* agents, 4)
      yield* pass("12 hours", "5 minutes")
      const { status } = yield* run("first")
      assert.deepStrictEqual([status?.["phase"], status?.["reason"], status?.["retryCount"]], [
        "Failed",
        "RateLimited",
        undefined
      ])
      const names = yield* jobNames
      assert.lengthOf(new Set(names), 21)
      assert.lengthOf(names, 21)
    }).pipe(Effect.provide(world({ script: alwaysLimited }))))

  it.effect("is not waited for any more once the run is cancelled", () =>
    Effect.gen(function*() {
      const { agents, create, edit, run } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("20 seconds")
      yield* edit("first", { cancel: true })
      yield* pass("3 hours", "5 minutes")
      const { status } = yield* run("first")
      assert.deepStrictEqual([status?.["phase"], status?.["resumesAt"]], ["Cancelled", undefined])
      assert.lengthOf(yield* agents, 1)
    }).pipe(Effect.provide(world({ script: limited }))))

  it.effect("is not waited for by a higher contextVersion", () =>
    Effect.gen(function*() {
      const { create, edit, run } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("20 seconds")
      yield* edit("first", { contextVersion: 2 })
      yield* pass("5 seconds")
      const { status } = yield* run("first")
      assert.deepStrictEqual([status?.["phase"], status?.["contextVersion"], status?.["resumesAt"]], [
        "Running",
        2,
        undefined
      ])
      assert.deepStrictEqual(yield* jobNames, ["code-first-v1", "code-first-v2"])
    }).pipe(Effect.provide(world({ script: limited }))))

  it.effect("is waited for across restarts of the controller", () =>
    Effect.gen(function*() {
      const { agents, create, run } = yield* verbs
      const during = (time: Duration.Input, step: Duration.Input) =>
        Effect.scoped(Effect.andThen(Layer.build(Layer.fresh(controller())), pass(time, step)))
      yield* create(codeRun("first"))
      yield* during("20 seconds", "1 second")
      yield* pass("10 minutes", "1 minute")
      yield* during("5 minutes", "1 minute")
      assert.strictEqual((yield* run("first")).status?.["reason"], "RateLimited")
      yield* pass("1 hour", "10 minutes")
      yield* during("1 hour", "1 minute")
      assert.strictEqual((yield* run("first")).status?.["phase"], "Succeeded")
      assert.lengthOf(yield* agents, 2)
    }).pipe(Effect.provide(cluster(limited))))

  it.effect("that ended while the controller was away is waited for no longer", () =>
    Effect.gen(function*() {
      const { create, run } = yield* verbs
      const during = (time: Duration.Input) =>
        Effect.scoped(Effect.andThen(Layer.build(Layer.fresh(controller())), pass(time)))
      yield* create(codeRun("first"))
      yield* during("20 seconds")
      yield* pass("5 hours", "1 hour")
      yield* during("20 seconds")
      assert.strictEqual((yield* run("first")).status?.["phase"], "Succeeded")
    }).pipe(Effect.provide(cluster(limited))))

  it.effect("keeps the workspace: the next run of the service does not start meanwhile", () =>
    Effect.gen(function*() {
      const { agents, create, run } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("20 seconds")
      yield* create(codeRun("second", { taskId: 2 }))
      yield* pass("1 hour", "5 minutes")
      assert.strictEqual((yield* run("second")).status?.["reason"], "WaitingForWorkspace")
      yield* pass("62 minutes", "20 seconds")
      assert.deepStrictEqual((yield* agents).slice(0, 3).map(({ env }) => env["RUN_NAME"]), [
        "first",
        "first",
        "second"
      ])
    }).pipe(Effect.provide(world({ script: limited }))))
})

describe("infrastructure loss", () => {
  it.effect("S17: an evicted agent goes on by itself in the same version, session and workspace, and it is counted", () =>
    Effect.gen(function*() {
      const { agents, all, create, run } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("5 seconds")
      yield* evict("first")
      yield* pass("5 seconds")
      const { status: waiting } = yield* run("first")
      assert.deepStrictEqual([waiting?.["phase"], waiting?.["reason"], waiting?.["retryCount"]], [
        "Pending",
        "InfraLost",
        1
      ])
      for (let second = 0; second < 30; second++) {
        yield* pass("1 second")
        assert.isAtMost((yield* all(PodKind)).filter(({ status }) => status?.phase === "Running").length, 1)
      }
      const { status } = yield* run("first")
      assert.deepStrictEqual([status?.["phase"], status?.["retryCount"], status?.["contextVersion"]], [
        "Succeeded",
        1,
        1
      ])
      assert.deepStrictEqual(entries(status), [[1, 0, "Failed", "InfraLost"], [1, 1, "Succeeded", "Delivered"]])
      const started = yield* agents
      assert.deepStrictEqual(started.map(({ env }) => env["RESUME_SESSION"]), ["false", "true"])
      assert.lengthOf(new Set(started.map(({ env }) => env["SESSION_ID"])), 1)
    }).pipe(Effect.provide(world({ script: slow }))))

  it.effect("S17: ends the run when it comes as often as it may, and the next version begins anew", () =>
    Effect.gen(function*() {
      const { create, edit, run } = yield* verbs
      yield* create(codeRun("first"))
      for (let loss = 0; loss < 3; loss++) {
        yield* pass("5 seconds")
        yield* evict("first")
        yield* pass("40 seconds")
      }
      const { status } = yield* run("first")
      assert.deepStrictEqual([status?.["phase"], status?.["reason"], status?.["retryCount"]], [
        "Failed",
        "InfraLost",
        2
      ])
      assert.deepStrictEqual(yield* jobNames, ["code-first-v1", "code-first-v1-r1", "code-first-v1-r2"])
      yield* edit("first", { contextVersion: 2 })
      yield* pass("5 seconds")
      yield* evict("first")
      yield* pass("30 seconds")
      const { status: next } = yield* run("first")
      assert.deepStrictEqual([next?.["phase"], next?.["retryCount"]], ["Running", 1])
      assert.deepStrictEqual((yield* jobNames).slice(3), ["code-first-v2", "code-first-v2-r1"])
    }).pipe(Effect.provide(world({ script: endless }))))

  it.effect("S17: a DocsRun goes on likewise", () =>
    Effect.gen(function*() {
      const { create, docs } = yield* verbs
      yield* create(docsRun("manual"))
      yield* pass("5 seconds")
      yield* evict("manual")
      yield* pass("40 seconds")
      assert.strictEqual((yield* docs("manual")).status?.["phase"], "Succeeded")
      assert.deepStrictEqual(yield* jobNames, ["docs-manual", "docs-manual-r1"])
    }).pipe(Effect.provide(world({ script: slow }))))

  it.effect("is not made good for a run that is cancelled meanwhile", () =>
    Effect.gen(function*() {
      const { agents, create, edit, run } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("5 seconds")
      yield* evict("first")
      yield* pass("3 seconds")
      yield* edit("first", { cancel: true })
      yield* pass("30 seconds")
      assert.strictEqual((yield* run("first")).status?.["phase"], "Cancelled")
      assert.lengthOf(yield* agents, 1)
    }).pipe(Effect.provide(world({ script: slow }))))
})
