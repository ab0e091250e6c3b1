/** What people and their tools take off or delete in their own ways while a run works. On the memory cluster. */
import { assert, describe, it } from "@effect/vitest"
import { jobFinalizer, runUidLabel } from "@orchestrator/domain/Labels"
import { CodeRunKind, JobKind, PodKind } from "@orchestrator/k8s/Kinds"
import type { Metadata } from "@orchestrator/k8s/Objects"
import { Effect, Layer } from "effect"
import { Cleanup } from "../../src/act/Cleanup.ts"
import { jobFacts } from "../../src/facts/Job.ts"
import {
  acting,
  attemptsOf,
  cluster,
  codeRun,
  completed,
  controller,
  endless,
  namespace,
  pass,
  verbs,
  world
} from "./World.ts"

type Taken = Partial<Record<keyof Metadata, null>>

const working = world({ script: acting(({ env }) => completed(env, "20 seconds")) })

const hands = Effect.gen(function*() {
  const { all, client, ...rest } = yield* verbs
  const theJob = Effect.map(all(JobKind), ([job]) => job?.metadata.name ?? "")
  return {
    ...rest,
    all,
    client,
    /** From the run's Job. */
    take: (taken: Taken) =>
      Effect.flatMap(
        theJob,
        (name) => client.patch(JobKind, { name, namespace }, { type: "merge", body: { metadata: { ...taken } } })
      )
  }
})

describe("taken off a Job that works", () => {
  it.effect("our finalizer by an uninstalled orchestrator, which says so: it is not put back", () =>
    Effect.gen(function*() {
      const { all, client, create } = yield* hands
      yield* create(codeRun("first"))
      yield* pass("5 seconds")
      const [job] = yield* all(JobKind)
      assert.isDefined(job)
      const { release } = yield* Cleanup
      const { finalizerIndex, name, uid } = jobFacts(job)
      yield* release({ namespace, name, uid, finalizerIndex, ttlSeconds: undefined, forGood: true })
      yield* pass("5 seconds")
      const after = yield* client.get(JobKind, { name, namespace })
      assert.notInclude(after.metadata.finalizers ?? [], jobFinalizer)
    }).pipe(Effect.provide(Layer.provideMerge(Cleanup.layer, working))))

  it.effect.each<{ readonly what: string; readonly taken: Taken }>([
    { what: "its labels", taken: { labels: null } },
    { what: "its owner", taken: { ownerReferences: null } },
    { what: "our finalizer", taken: { finalizers: null } },
    { what: "labels and owner", taken: { labels: null, ownerReferences: null } },
    { what: "everything", taken: { labels: null, ownerReferences: null, finalizers: null } }
  ])(
    "$what: they are put back, the run ends as it would have, and nothing stays",
    ({ taken }) =>
      Effect.gen(function*() {
        const { agents, all, create, run, take } = yield* hands
        const { metadata: { uid = "" } } = yield* create(codeRun("first"))
        yield* pass("5 seconds")
        yield* take(taken)
        yield* create(codeRun("next", { taskId: 2 }))
        yield* pass("3 seconds")
        const [job] = yield* all(JobKind)
        assert.strictEqual(job?.metadata.labels?.[runUidLabel], uid)
        assert.deepStrictEqual(job?.metadata.ownerReferences?.map((owner) => owner.uid), [uid])
        assert.include(job?.metadata.finalizers ?? [], jobFinalizer)
        yield* pass("60 seconds")
        const { status } = yield* run("first")
        assert.deepStrictEqual([status?.["phase"], attemptsOf(status).length], ["Succeeded", 1])
        assert.strictEqual((yield* run("next")).status?.["phase"], "Succeeded")
        assert.lengthOf(yield* agents, 2)
        yield* pass("2 hours", "5 minutes")
        assert.lengthOf(yield* all(JobKind), 0)
      }).pipe(Effect.provide(working))
  )

  it.effect("its labels, just before the end: it is let go all the same", () =>
    Effect.gen(function*() {
      const { all, create, run, take } = yield* hands
      yield* create(codeRun("first"))
      yield* Effect.scoped(Effect.andThen(Layer.build(Layer.fresh(controller())), pass("5 seconds")))
      yield* take({ labels: null })
      yield* pass("30 seconds")
      yield* Layer.build(Layer.fresh(controller()))
      yield* pass("5 seconds")
      assert.strictEqual((yield* run("first")).status?.["phase"], "Succeeded")
      yield* pass("2 hours", "5 minutes")
      assert.lengthOf(yield* all(JobKind), 0)
    }).pipe(Effect.scoped, Effect.provide(cluster(acting(({ env }) => completed(env, "20 seconds"))))))
})

describe("taken off a pod that works", () => {
  it.effect("its labels: nobody else starts in its workspace, and its result counts", () =>
    Effect.gen(function*() {
      const { agents, client, create, pods, run } = yield* hands
      yield* create(codeRun("first"))
      yield* pass("5 seconds")
      for (const { metadata: { name = "" } } of yield* pods) {
        yield* client.patch(PodKind, { name, namespace }, {
          type: "merge",
          body: { metadata: { labels: { app: null } } }
        })
      }
      yield* create(codeRun("next", { taskId: 2 }))
      yield* pass("10 seconds")
      assert.lengthOf(yield* agents, 1)
      yield* pass("90 seconds")
      assert.strictEqual((yield* run("first")).status?.["phase"], "Succeeded")
      assert.strictEqual((yield* run("next")).status?.["phase"], "Succeeded")
    }).pipe(Effect.provide(working)))
})

describe("deleted with propagationPolicy Orphan", () => {
  it.effect("a Job: its run says so, and the workspace is kept by the pod that was left", () =>
    Effect.gen(function*() {
      const { agents, all, client, create, run } = yield* hands
      yield* create(codeRun("first"))
      yield* pass("5 seconds")
      const [job] = yield* all(JobKind)
      yield* client.delete(JobKind, { name: job?.metadata.name ?? "", namespace }, { propagationPolicy: "Orphan" })
      yield* create(codeRun("next", { taskId: 2 }))
      yield* pass("30 seconds")
      const { status } = yield* run("first")
      assert.deepStrictEqual([status?.["phase"], status?.["reason"]], ["Failed", "JobLost"])
      assert.match(String(status?.["message"]), /kubectl delete pod code-first-/)
      assert.lengthOf(yield* agents, 1)
      assert.lengthOf(yield* all(JobKind), 0)
    }).pipe(Effect.provide(world({ script: endless }))))

  it.effect("a run: its Job goes on to its end, keeps the workspace until then, and nothing stays", () =>
    Effect.gen(function*() {
      const { agents, all, client, create, run } = yield* hands
      yield* create(codeRun("first"))
      yield* pass("5 seconds")
      yield* client.delete(CodeRunKind, { name: "first", namespace }, { propagationPolicy: "Orphan" })
      yield* create(codeRun("next", { taskId: 2 }))
      yield* pass("10 seconds")
      assert.lengthOf(yield* agents, 1)
      yield* pass("150 seconds", "2 seconds")
      assert.strictEqual((yield* run("next")).status?.["phase"], "Succeeded")
      yield* pass("2 hours", "5 minutes")
      assert.lengthOf(yield* all(JobKind), 0)
    }).pipe(Effect.provide(working)))
})
