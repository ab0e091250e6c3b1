/** Native sidecars as https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/ and the kubelet have them. */
import { assert, describe, it } from "@effect/vitest"
import { PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect } from "effect"
import { type Script, type ScriptedContainer, ScriptedNode } from "../../src/node/ScriptedRuntime.ts"
import { conditionIn, create, main, namespace, pass, settle } from "../actors/World.ts"
import { init, makePod, phase, pod, sidecar, started, stateOf, statusOf, world } from "./OnePod.ts"

/** What each container does, by its name. */
const playing = (parts: Readonly<Record<string, ScriptedContainer>>): Script => ({ container }) => parts[container.name]

const forever: ScriptedContainer = { after: "never" }
const stubborn: ScriptedContainer = { after: "never", onTerminate: "ignore" }

const running = ScriptedNode.pipe(
  Effect.flatMap(({ started }) => started),
  Effect.map((all) => all.filter((each) => each.isRunning()).map(({ request }) => request.container.name))
)
const remove = (gracePeriodSeconds?: number) =>
  KubernetesClient.pipe(
    Effect.flatMap((client) =>
      client.delete(
        PodKind,
        { name: "pod", namespace },
        gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }
      )
    ),
    Effect.andThen(settle)
  )

it.effect("it starts in its turn before the main container, and is stopped after it", () =>
  Effect.gen(function*() {
    yield* create(PodKind, makePod({ initContainers: [init("before"), sidecar("broker"), init("after")] }))
    yield* pass("1 seconds")
    assert.deepStrictEqual(yield* started, ["before", "broker", "after"])
    yield* pass("1 seconds")
    assert.deepStrictEqual(yield* started, ["before", "broker", "after", "main"])
    assert.strictEqual(conditionIn(yield* pod, "Ready")?.status, "True")
    assert.deepInclude(yield* statusOf("broker"), { ready: true, started: true, restartCount: 0 })
    yield* pass("1 seconds")
    assert.strictEqual((yield* stateOf("main"))?.terminated?.exitCode, 0)
    assert.isDefined((yield* stateOf("broker"))?.running)
    assert.strictEqual(yield* phase, "Running")
    yield* pass("3 seconds")
    assert.strictEqual((yield* stateOf("broker"))?.terminated?.message, "reported")
    assert.strictEqual(yield* phase, "Succeeded")
  }).pipe(Effect.provide(world(playing({
    broker: { after: "never", onTerminate: { after: "3 seconds", exitCode: 0, message: "reported" } }
  })))))

it.effect("nothing after it starts before it runs", () =>
  Effect.gen(function*() {
    yield* create(PodKind, makePod({ initContainers: [sidecar("broker"), init("after")] }))
    yield* pass("5 seconds")
    assert.deepStrictEqual(yield* started, [])
    assert.strictEqual((yield* stateOf("main"))?.waiting?.reason, "PodInitializing")
    assert.include(conditionIn(yield* pod, "Initialized")?.message ?? "", "broker")
  }).pipe(Effect.provide(world(playing({
    broker: { refuse: { reason: "ErrImagePull", message: "no such image", retry: true } }
  })))))

it.effect("where an init container fails, it is stopped and the pod has failed", () =>
  Effect.gen(function*() {
    yield* create(PodKind, makePod({ initContainers: [sidecar("broker"), init("after")] }))
    yield* pass("1 seconds")
    assert.deepStrictEqual(yield* started, ["broker", "after"])
    assert.strictEqual(yield* phase, "Failed")
    assert.strictEqual((yield* stateOf("broker"))?.terminated?.exitCode, 0)
  }).pipe(Effect.provide(world(playing({ after: { exitCode: 3 } })))))

describe("while the main container runs", () => {
  it.effect("it is started again whenever it ends: at once, then after 10 s, 20 s and so on", () =>
    Effect.gen(function*() {
      yield* create(PodKind, makePod({ initContainers: [sidecar("broker")] }))
      yield* pass("1 seconds")
      assert.deepStrictEqual(yield* started, ["broker", "main", "broker"])
      const again = yield* statusOf("broker")
      assert.strictEqual(again?.restartCount, 1)
      assert.isDefined(again?.state?.running)
      assert.deepInclude(again?.lastState?.terminated, { exitCode: 1, message: "so far" })

      yield* pass("1 seconds")
      assert.strictEqual((yield* stateOf("broker"))?.waiting?.reason, "CrashLoopBackOff")
      assert.strictEqual((yield* statusOf("broker"))?.lastState?.terminated?.message, "so far")
      assert.strictEqual(conditionIn(yield* pod, "Ready")?.status, "False")
      yield* pass("10 seconds")
      assert.strictEqual((yield* statusOf("broker"))?.restartCount, 2)
      yield* pass("20 seconds")
      assert.strictEqual((yield* statusOf("broker"))?.restartCount, 2)
      yield* pass("1 seconds")
      assert.strictEqual((yield* statusOf("broker"))?.restartCount, 3)
      assert.strictEqual(yield* phase, "Running")
      assert.isDefined((yield* stateOf("main"))?.running)
    }).pipe(Effect.provide(world(playing({
      main: forever,
      broker: { after: "1 second", exitCode: 1, message: "so far" }
    })))))

  it.effect("it is started again also when it ends with exit code 0", () =>
    Effect.gen(function*() {
      yield* create(PodKind, makePod({ initContainers: [sidecar("broker")] }))
      yield* pass("1 seconds")
      assert.strictEqual((yield* statusOf("broker"))?.restartCount, 1)
    }).pipe(Effect.provide(world(playing({ main: forever, broker: { after: "1 second" } })))))

  it.effect("what it waits for is not started any more once the main container has ended", () =>
    Effect.gen(function*() {
      yield* create(PodKind, makePod({ initContainers: [sidecar("broker")] }))
      yield* pass("5 seconds")
      assert.strictEqual(yield* phase, "Succeeded")
      assert.deepInclude((yield* stateOf("broker"))?.terminated, { exitCode: 1, message: "so far" })
      assert.strictEqual((yield* statusOf("broker"))?.restartCount, 1)
    }).pipe(Effect.provide(world(playing({
      main: { after: "5 seconds" },
      broker: { after: "1 second", exitCode: 1, message: "so far" }
    })))))
})

it.effect.each<{ exitCode: number; main: number; want: string }>([
  { exitCode: 1, main: 0, want: "Succeeded" },
  { exitCode: 0, main: 1, want: "Failed" }
])(
  "its exit code $exitCode is not the pod's: with $main of the main container, $want",
  ({ exitCode, main, want }) =>
    Effect.gen(function*() {
      yield* create(PodKind, makePod({ initContainers: [sidecar("broker")] }))
      yield* pass("1 seconds")
      assert.strictEqual(yield* phase, want)
      assert.strictEqual((yield* stateOf("broker"))?.terminated?.exitCode, exitCode)
    }).pipe(Effect.provide(world(playing({
      main: { exitCode: main },
      broker: { after: "never", onTerminate: { exitCode } }
    }))))
)

describe("the end", () => {
  const two = makePod({
    terminationGracePeriodSeconds: 10,
    initContainers: [sidecar("first"), sidecar("second")],
    containers: [main, { ...main, name: "other" }]
  })

  it.effect("comes in reverse order, after the last main container", () =>
    Effect.gen(function*() {
      yield* create(PodKind, two)
      assert.deepStrictEqual(yield* running, ["first", "second", "main", "other"])
      yield* pass("1 seconds")
      assert.deepStrictEqual(yield* running, ["first", "second", "other"])
      yield* pass("1 seconds")
      assert.deepStrictEqual(yield* running, ["first", "second"])
      yield* pass("3 seconds")
      assert.deepStrictEqual(yield* running, ["first"])
      yield* pass("3 seconds")
      assert.deepStrictEqual(yield* running, [])
      assert.strictEqual(yield* phase, "Succeeded")
    }).pipe(Effect.provide(world(playing({
      main: { after: "1 second" },
      other: { after: "2 seconds" },
      first: { after: "never", onTerminate: { after: "3 seconds", exitCode: 0 } },
      second: { after: "never", onTerminate: { after: "3 seconds", exitCode: 0 } }
    })))))

  it.effect("shares one grace; the last has two seconds at least", () =>
    Effect.gen(function*() {
      yield* create(PodKind, two)
      yield* pass("1 seconds")
      yield* pass("9 seconds")
      assert.deepStrictEqual(yield* running, ["first", "second"])
      yield* pass("1 seconds")
      assert.deepStrictEqual(yield* running, ["first"])
      yield* pass("1 seconds")
      assert.deepStrictEqual(yield* running, ["first"])
      yield* pass("1 seconds")
      assert.deepStrictEqual(yield* running, [])
      assert.strictEqual((yield* stateOf("first"))?.terminated?.exitCode, 137)
      assert.strictEqual(yield* phase, "Succeeded")
    }).pipe(Effect.provide(world(playing({ first: stubborn, second: stubborn })))))

  it.effect("of a deleted pod gives it what the main container has left of the grace", () =>
    Effect.gen(function*() {
      yield* create(PodKind, makePod({ terminationGracePeriodSeconds: 10, initContainers: [sidecar("broker")] }))
      yield* remove()
      assert.deepStrictEqual(yield* running, ["broker", "main"])
      yield* pass("4 seconds")
      assert.deepStrictEqual(yield* running, ["broker"])
      yield* pass("5 seconds")
      assert.deepStrictEqual(yield* running, ["broker"])
      yield* pass("1 seconds")
      assert.deepStrictEqual(yield* running, [])
      assert.isUndefined(yield* pod)
    }).pipe(Effect.provide(world(playing({
      main: { after: "never", onTerminate: { after: "4 seconds", exitCode: 143 } },
      broker: stubborn
    })))))

  it.effect("comes sooner when the pod is deleted meanwhile, with less grace", () =>
    Effect.gen(function*() {
      yield* create(PodKind, makePod({ terminationGracePeriodSeconds: 60, initContainers: [sidecar("broker")] }))
      yield* pass("1 seconds")
      assert.deepStrictEqual(yield* running, ["broker"])
      yield* remove(5)
      yield* pass("4 seconds")
      assert.deepStrictEqual(yield* running, ["broker"])
      yield* pass("1 seconds")
      assert.deepStrictEqual(yield* running, [])
    }).pipe(Effect.provide(world(playing({ broker: stubborn })))))
})

it.effect.each<{ others: number; want: number }>([
  { others: 2, want: 4096 },
  { others: 3, want: 3072 }
])(
  "with $others other containers it may say $want bytes: 12 KiB are shared",
  ({ others, want }) =>
    Effect.gen(function*() {
      const more = Array.from({ length: others - 1 }, (_, index) => init(`init-${index}`))
      yield* create(PodKind, makePod({ initContainers: [...more, sidecar("broker")] }))
      yield* pass("5 seconds")
      yield* pass("5 seconds")
      assert.lengthOf((yield* stateOf("broker"))?.terminated?.message ?? "", want)
    }).pipe(Effect.provide(world(playing({
      broker: { after: "never", onTerminate: { exitCode: 0, message: "x".repeat(4096) } }
    }))))
)
