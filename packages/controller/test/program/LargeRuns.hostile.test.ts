/** Runs that are as large as they may be: kept small while they wait, and whole in their Job. */
import { assert, describe, it } from "@effect/vitest"
import { CodeRunKind, ConfigMapKind, JobKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { Effect, Layer } from "effect"
import { Stores } from "../../src/facts/Stores.ts"
import { cluster, codeRun, controller, counted, namespace, pass, verbs, world } from "./World.ts"

const env = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`V${index}`, "x".repeat(1000)]))
const large = { env, promptModification: "Mind the gap. ".repeat(7000) }

const envOf = (name: string) =>
  Effect.gen(function*() {
    const { jobs } = yield* verbs
    const job = (yield* jobs).find(({ metadata }) => metadata.labels?.["orchestrator.platform/run"] === name)
    const agent = job?.spec.template.spec.containers[0]
    return Object.fromEntries((agent?.env ?? []).map(({ name, value }) => [name, value]))
  })

const phases = Effect.gen(function*() {
  const { all } = yield* verbs
  return (yield* all(CodeRunKind)).map(({ status }) => status?.["phase"])
})

const reads = Effect.map(
  Effect.flatMap(verbs, ({ requests }) => requests),
  (requests) => requests.filter((request) => request === "get CodeRun").length
)

describe("a run at the largest legal size", () => {
  it.effect("starts with all of its variables, and is read once for it", () =>
    Effect.gen(function*() {
      const { create, all } = yield* verbs
      yield* create(codeRun("large", large))
      yield* pass("5 seconds")
      assert.deepInclude(yield* envOf("large"), env)
      assert.strictEqual(yield* reads, 1)
      const files = (yield* all(ConfigMapKind)).find(({ metadata }) =>
        metadata.labels?.["orchestrator.platform/run"] === "large"
      )
      assert.isDefined(files)
      yield* pass("60 seconds")
      assert.deepStrictEqual(yield* phases, ["Succeeded"])
      assert.strictEqual(yield* reads, 1)
    }).pipe(Effect.provide(world())))

  it.effect("is not read while it stands in line, however many do", () =>
    Effect.gen(function*() {
      const { create } = yield* verbs
      yield* create(codeRun("first", { service: "api" }))
      yield* pass("2 seconds")
      yield* Effect.forEach(Array.from({ length: 30 }), (_, index) => create(codeRun(`large-${index}`, large)))
      yield* pass("3 seconds")
      assert.strictEqual(yield* reads, 0)
    }).pipe(Effect.provide(world())))

  it.effect("is not read while it waits for a place, or for another run", () =>
    Effect.gen(function*() {
      const { create } = yield* verbs
      yield* create(codeRun("first", { service: "one" }))
      yield* pass("2 seconds")
      yield* create(codeRun("place", { ...large, service: "two" }))
      yield* create(codeRun("waits", { ...large, service: "three", dependsOn: ["none"] }))
      yield* pass("3 seconds")
      assert.strictEqual(yield* reads, 0)
    }).pipe(Effect.provide(world({ config: { limits: { activeRuns: 1 } } }))))

  it.effect("that is not valid ends without being read", () =>
    Effect.gen(function*() {
      const { create, run } = yield* verbs
      yield* create(codeRun("bad", { ...large, env: { ...env, LD_PRELOAD: "/tmp/evil.so" } }))
      yield* pass("3 seconds")
      const { status } = yield* run("bad")
      assert.strictEqual(status?.["reason"], "InvalidSpec")
      assert.include(String(status?.["message"]), "LD_PRELOAD")
      assert.strictEqual(yield* reads, 0)
    }).pipe(Effect.provide(world())))

  it.effect("is in the store without its variables and its prompt", () =>
    Effect.gen(function*() {
      const { create } = yield* verbs
      const stores = yield* Stores
      yield* create(codeRun("large", large))
      yield* pass("2 seconds")
      const kept = stores.runs.CodeRun.get({ namespace, name: "large" })
      assert.notInclude(JSON.stringify(kept), "promptModification\":")
      assert.isBelow(JSON.stringify(kept).length, 8192)
    }).pipe(Effect.provide(world())))

  it.effect("S12: edited between the store's view and the read is started with what the store sees then", () =>
    Effect.gen(function*() {
      const { create } = yield* verbs
      yield* create(codeRun("large", large))
      yield* pass("5 seconds")
      const found = yield* envOf("large")
      // The read came with another generation: nothing was made from it.
      assert.strictEqual(found["V0"], "edited")
    }).pipe(Effect.provide(Layer.provideMerge(controller({}, editing), cluster()))))
})

/** Edits the run at the moment at which it is read for the first time. */
const editing = Layer.effect(
  KubernetesClient,
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    let edited = false
    return KubernetesClient.of({
      ...client,
      get: (kind, ref) =>
        Effect.suspend(() => {
          if (edited || kind.plural !== CodeRunKind.plural) return client.get(kind, ref)
          edited = true
          return Effect.andThen(
            client.patch(CodeRunKind, ref, { type: "merge", body: { spec: { env: { V0: "edited" } } } }),
            client.get(kind, ref)
          )
        })
    })
  })
).pipe(Layer.provide(counted))

describe("the read of a large run", () => {
  it.effect("that fails is tried again, and makes nothing in the meantime", () =>
    Effect.gen(function*() {
      const { client, create } = yield* verbs
      yield* create(codeRun("large", large))
      yield* pass("200 millis", "50 millis")
      assert.deepStrictEqual((yield* client.list(JobKind, { namespace })).items, [])
      yield* pass("60 seconds")
      assert.deepStrictEqual(yield* phases, ["Succeeded"])
    }).pipe(Effect.provide(Layer.provideMerge(controller({}, failingOnce), cluster()))))
})

const failingOnce = Layer.effect(
  KubernetesClient,
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    let failures = 6
    return KubernetesClient.of({
      ...client,
      get: (kind, ref) =>
        Effect.suspend(() =>
          kind.plural === CodeRunKind.plural && failures-- > 0
            ? Effect.fail(
              new KubernetesError({
                operation: "get",
                ref: ref.name,
                reason: { _tag: "ServerError", message: "no", status: 500 }
              })
            )
            : client.get(kind, ref)
        )
    })
  })
).pipe(Layer.provide(counted))
