/** Objects that others have planted under a request's labels, without number: of them no more than a few are read, and the answer is right. */
import { assert, it } from "@effect/vitest"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { CodeRunKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Context, Deferred, Effect, Fiber, Layer } from "effect"
import { anybody } from "../../src/contract/Access.ts"
import { keyHash, keyLabel } from "../../src/handlers/Idempotency.ts"
import { makeCodeRun, namespace, newCodeSpec } from "../fixtures/Runs.ts"
import { ask, layerOver, store } from "../fixtures/TestApi.ts"

/** How many objects each list brought. */
class Listed extends Context.Service<Listed, { readonly sizes: Array<number> }>()("test/Listed") {}

const counting = Layer.effect(
  KubernetesClient,
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const { sizes } = yield* Listed
    const list: KubernetesClient["Service"]["list"] = (kind, options) =>
      Effect.tap(client.list(kind, options), ({ items }) => Effect.sync(() => sizes.push(items.length)))
    return { ...client, list }
  })
)

const api = layerOver(
  counting.pipe(Layer.provideMerge(layerMemory), Layer.provideMerge(Layer.sync(Listed, () => ({ sizes: [] }))))
)

const planted = Array.from({ length: 150 }, (_, index) => `a-${String(index).padStart(3, "0")}`)

it.effect("runs with the mark of a key: the run that the key made is found past them, and made once", () =>
  Effect.gen(function*() {
    const { sizes } = yield* Listed
    const labels = { [keyLabel]: keyHash(anybody, "k") }
    for (const name of planted) {
      yield* store(CodeRunKind, { ...makeCodeRun(name), metadata: { name, namespace, labels } })
    }
    const request = { body: { spec: newCodeSpec }, headers: { "idempotency-key": "k" } }
    const first = yield* ask("POST", "/api/v1/code-runs", request)
    const second = yield* ask("POST", "/api/v1/code-runs", request)
    assert.deepStrictEqual([first.status, second.status, second.json.uid], [201, 201, first.json.uid])
    assert.strictEqual(second.headers["idempotency-replayed"], "true")
    assert.deepStrictEqual(sizes, [20, 20])
  }).pipe(Effect.provide(api)))

it.effect("pods with the label of a run's Job", () =>
  Effect.gen(function*() {
    const { sizes } = yield* Listed
    yield* store(CodeRunKind, makeCodeRun("a", { status: { phase: "Running", jobName: "code-a" } }))
    const labels = { "batch.kubernetes.io/job-name": "code-a" }
    for (const name of planted) {
      yield* store(PodKind, {
        metadata: { name, namespace, labels },
        spec: { containers: [{ name: "claude", image: "agent" }] }
      })
    }
    yield* ask("GET", "/api/v1/code-runs/a/logs")
    assert.deepStrictEqual(sizes, [100])
  }).pipe(Effect.provide(api)))

it.effect("pages are made two at a time, however many ask; a single run is answered meanwhile", () =>
  Effect.gen(function*() {
    const { sizes } = yield* Listed
    yield* store(CodeRunKind, makeCodeRun("a"))
    const room = yield* Deferred.make<void>()
    const client = yield* KubernetesClient
    const slow = layerOver(Layer.succeed(KubernetesClient, {
      ...client,
      list: (kind, options) =>
        Effect.andThen(client.list(kind, options), (page) => Effect.as(Deferred.await(room), page))
    }))
    yield* Effect.gen(function*() {
      const asked = yield* Effect.forkChild(
        Effect.forEach(Array.from({ length: 20 }), () => ask("GET", "/api/v1/code-runs"), { concurrency: "unbounded" })
      )
      yield* Effect.replicateEffect(Effect.yieldNow, 200)
      assert.strictEqual(sizes.length, 2)
      assert.strictEqual((yield* ask("GET", "/api/v1/code-runs/a")).status, 200)
      yield* Deferred.succeed(room, undefined)
      assert.deepStrictEqual(new Set((yield* Fiber.join(asked)).map(({ status }) => status)), new Set([200]))
    }).pipe(Effect.provide(slow))
    assert.strictEqual(sizes.length, 20)
  }).pipe(Effect.provide(api)))
