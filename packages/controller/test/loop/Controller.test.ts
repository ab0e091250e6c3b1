/** What only the whole program shows: nothing is kept of what is gone, and one workspace never has two live pods. */
import { assert, it } from "@effect/vitest"
import { collected } from "@orchestrator/domain/Scrape"
import type { Script } from "@orchestrator/embedded/node/ScriptedRuntime"
import { CodeRunKind, JobKind } from "@orchestrator/k8s/Kinds"
import { Leadership } from "@orchestrator/k8s/leadership/Leadership"
import { queueDepth } from "@orchestrator/k8s/Metrics"
import { Clock, Effect, Latch, Layer, Metric } from "effect"
import { Stores } from "../../src/facts/Stores.ts"
import { cluster, codeRun, completed, controllerLed, namespace, pass, verbs, world } from "../program/World.ts"

const endless: Script = ({ container, env }) => (container.name === "claude" ? completed(env, "never") : {})
const never = world({ script: endless })

/** An agent that takes its time to save its work when it is told to stop. */
const slow = world({
  script: ({ container }) =>
    container.name === "claude" ? { after: "never", onTerminate: { after: "30 seconds", exitCode: 143 } } : {}
})

it.effect("a pod that goes after its Job is not remembered", () =>
  Effect.gen(function*() {
    const stores = yield* Stores
    const { client, create } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("5 seconds")
    assert.strictEqual(stores.pods.size(), 1)
    yield* client.delete(CodeRunKind, { name: "first", namespace })
    yield* pass("10 seconds")
    assert.deepStrictEqual([stores.pods.size(), stores.jobs.size(), stores.lastPods.size], [0, 0, 0])
  }).pipe(Effect.provide(never)))

it.effect("after a person deleted the Job, the next attempt waits for the pod that is still saving its work", () =>
  Effect.gen(function*() {
    const { agents, client, create, edit, jobs, pods, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("5 seconds")
    const name = (yield* jobs)[0]?.metadata.name ?? ""
    yield* client.delete(JobKind, { name, namespace })
    yield* pass("5 seconds")
    assert.lengthOf(yield* jobs, 0)
    assert.lengthOf(yield* pods, 1)
    yield* edit("first", { contextVersion: 2 })
    yield* pass("10 seconds")
    assert.lengthOf(yield* jobs, 0)
    assert.strictEqual((yield* run("first")).status?.["reason"], "WaitingForWorkspace")
    yield* pass("30 seconds")
    assert.strictEqual((yield* run("first")).status?.["phase"], "Running")
    assert.lengthOf(yield* agents, 2)
  }).pipe(Effect.provide(slow)))

it.effect("a replica that stands by keeps no line of runs, and looks at each once it leads", () =>
  Effect.gen(function*() {
    const elected = yield* Latch.make(false)
    const standingBy = Layer.effect(
      Leadership,
      Effect.map(Leadership, (alone) =>
        Leadership.of({
          ...alone,
          whileLeading: (work) =>
            elected.await.pipe(
              Effect.andThen(Clock.monotonicTimeNanos),
              Effect.flatMap((since) => work({ since, acts: () => true })),
              Effect.andThen(Effect.never)
            )
        }))
    ).pipe(Layer.provide(Leadership.layerAlone))
    yield* Effect.gen(function*() {
      const { client, create, run } = yield* verbs
      const depth = Effect.andThen(
        collected,
        Effect.map(Metric.value(queueDepth.of({ queue: "runs" })), (it) => it.value)
      )
      yield* pass("1 second")
      for (const name of ["first", "second", "third"]) {
        yield* create(codeRun(name))
        yield* pass("1 second")
        yield* client.delete(CodeRunKind, { name, namespace })
      }
      yield* create(codeRun("last"))
      yield* pass("10 seconds")
      assert.strictEqual(yield* depth, 0)
      assert.isUndefined((yield* run("last")).status)
      yield* elected.open
      yield* pass("5 seconds")
      assert.strictEqual((yield* run("last")).status?.["phase"], "Running")
    }).pipe(Effect.provide(Layer.provideMerge(controllerLed(standingBy), cluster(endless))))
  }))
