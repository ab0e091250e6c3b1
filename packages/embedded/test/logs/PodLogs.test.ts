import { assert, it } from "@effect/vitest"
import { PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient, type PodLogOptions } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { layerMemory } from "../../src/EmbeddedCluster.ts"

const namespace = "default"

const startPod = (...containers: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const { metadata } = yield* client.create(PodKind, {
      metadata: { name: "pod", namespace },
      spec: { containers: containers.map((name) => ({ name, image: "example.com/x:1" })) }
    })
    const containerStatuses = containers.map((name) => ({ name, ready: true, restartCount: 0, state: { running: {} } }))
    const body = { status: { phase: "Running", containerStatuses } }
    yield* client.patchStatus(PodKind, { name: "pod", namespace }, { type: "merge", body })
    return (container: string) => ({ podUid: metadata.uid ?? "", container })
  })

const print = (key: { readonly podUid: string; readonly container: string }, text: string) =>
  Effect.flatMap(PodLogs, ({ append }) => append(key, Buffer.from(text)))

const logs = (options: PodLogOptions = {}) =>
  Stream.unwrap(Effect.map(KubernetesClient, ({ podLogs }) => podLogs({ name: "pod", namespace }, options))).pipe(
    Stream.runFold(() => "", (text, bytes) => text + Buffer.from(bytes).toString())
  )

const refused = (options: PodLogOptions = {}) => Effect.map(Effect.flip(logs(options)), ({ reason }) => reason._tag)

it.effect("lines are put together from whatever pieces are printed", () =>
  Effect.gen(function*() {
    const key = (yield* startPod("main"))("main")
    yield* print(key, "one\ntw")
    yield* print(key, "o\n\nthr")
    assert.strictEqual(yield* logs(), "one\ntwo\n\nthr\n")
    yield* print(key, "ee")
    assert.strictEqual(yield* logs({ tailLines: 1 }), "three\n")
  }).pipe(Effect.provide(layerMemory)))

it.effect("a character that is cut in two is whole again", () =>
  Effect.gen(function*() {
    const key = (yield* startPod("main"))("main")
    const bytes = Buffer.from("größe\n")
    const { append } = yield* PodLogs
    yield* append(key, bytes.subarray(0, 3))
    yield* append(key, bytes.subarray(3))
    assert.strictEqual(yield* logs(), "größe\n")
  }).pipe(Effect.provide(layerMemory)))

const lines = "a\nb\nc\nd\n"

const selections: ReadonlyArray<readonly [options: PodLogOptions, want: string]> = [
  [{}, lines],
  [{ tailLines: 2 }, "c\nd\n"],
  [{ tailLines: 0 }, ""],
  [{ tailLines: 9 }, lines],
  [{ limitBytes: 3 }, "a\nb"],
  [{ tailLines: 2, limitBytes: 1 }, "c"],
  [{ sinceSeconds: 60 }, "c\nd\n"],
  [{ sinceTime: "1970-01-01T00:01:40Z" }, "c\nd\n"],
  [{ sinceTime: "1970-01-01T00:01:40.000Z", tailLines: 1 }, "d\n"],
  [{ timestamps: true, tailLines: 1 }, "1970-01-01T00:01:40.000000000Z d\n"]
]

it.effect.each(selections)("options choose lines: %j", ([options, want]) =>
  Effect.gen(function*() {
    const key = (yield* startPod("main"))("main")
    yield* print(key, "a\nb\n")
    yield* TestClock.adjust("100 seconds")
    yield* print(key, "c\nd\n")
    yield* TestClock.adjust("60 seconds")
    assert.strictEqual(yield* logs(options), want)
  }).pipe(Effect.provide(layerMemory)))

it.effect("a follower gets what comes, until the container ends", () =>
  Effect.gen(function*() {
    const { close } = yield* PodLogs
    const key = (yield* startPod("main"))("main")
    yield* print(key, "a\nb\n")
    const followed = yield* Effect.forkChild(logs({ follow: true, tailLines: 1 }))
    yield* Effect.yieldNow
    yield* print(key, "c\nunfin")
    yield* print(key, "ished")
    yield* close(key)
    assert.strictEqual(yield* Fiber.join(followed), "b\nc\nunfinished\n")
  }).pipe(Effect.provide(layerMemory)))

it.effect("a follower of what has ended ends", () =>
  Effect.gen(function*() {
    const { close } = yield* PodLogs
    const key = (yield* startPod("main"))("main")
    yield* print(key, "a\n")
    yield* close(key)
    assert.strictEqual(yield* logs({ follow: true }), "a\n")
  }).pipe(Effect.provide(layerMemory)))

it.effect("with the pod object its logs go, and their followers end", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const key = (yield* startPod("main"))("main")
    yield* print(key, "a\n")
    const followed = yield* Effect.forkChild(logs({ follow: true }))
    yield* Effect.yieldNow
    yield* client.delete(PodKind, { name: "pod", namespace })
    assert.strictEqual(yield* Fiber.join(followed), "a\n")
    assert.isTrue(hasReason("NotFound")(yield* Effect.flip(logs())))
    const { read } = yield* PodLogs
    assert.deepStrictEqual(yield* Stream.runCollect(read(key, { follow: false })), [])
  }).pipe(Effect.provide(layerMemory)))

it.effect("of several containers one must be named, and it must be there", () =>
  Effect.gen(function*() {
    const key = yield* startPod("main", "side")
    yield* print(key("side"), "x\n")
    assert.strictEqual(yield* logs({ container: "side" }), "x\n")
    assert.strictEqual(yield* refused(), "BadRequest")
    assert.strictEqual(yield* refused({ container: "other" }), "BadRequest")
    assert.strictEqual(yield* refused({ container: "side", previous: true }), "BadRequest")
  }).pipe(Effect.provide(layerMemory)))

it.effect("a container that has not started has no log yet, nor has a pod that is not there", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    assert.strictEqual(yield* refused(), "NotFound")
    const spec = { containers: [{ name: "main", image: "example.com/x:1" }] }
    yield* client.create(PodKind, { metadata: { name: "pod", namespace }, spec })
    assert.strictEqual(yield* refused(), "BadRequest")
  }).pipe(Effect.provide(layerMemory)))

it.effect.each<PodLogOptions>([
  { tailLines: -1 },
  { limitBytes: 0 },
  { sinceSeconds: 0 },
  { sinceTime: "yesterday" },
  { sinceSeconds: 1, sinceTime: "1970-01-01T00:00:00Z" }
])("%j is refused", (options) =>
  Effect.gen(function*() {
    yield* startPod("main")
    assert.strictEqual(yield* refused(options), "BadRequest")
  }).pipe(Effect.provide(layerMemory)))
