/** One controller for the runs of several namespaces. */
import { assert, describe, it } from "@effect/vitest"
import { CodeRunKind, JobKind, NamespaceKind, PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import { Effect, Layer } from "effect"
import { cluster, codeRun, controller, endless, namespace, pass, verbs, world } from "./World.ts"

const namespaces = [namespace, "team-b", "team-c"]

const prepared = Effect.gen(function*() {
  const client = yield* KubernetesClient
  yield* Effect.forEach(namespaces, (name) =>
    client.create(NamespaceKind, { metadata: { name } }).pipe(
      Effect.catchIf(hasReason("AlreadyExists"), () => Effect.void)
    ))
})

const createIn = (place: string, name: string) =>
  Effect.flatMap(
    KubernetesClient,
    (client) => client.create(CodeRunKind, { ...codeRun(name), metadata: { name, namespace: place } })
  )

const phaseIn = (place: string, name: string) =>
  Effect.flatMap(KubernetesClient, (client) => client.get(CodeRunKind, { name, namespace: place })).pipe(
    Effect.map(({ status }) => [status?.["phase"], status?.["reason"]].join(" "))
  )

const jobsIn = (place: string) =>
  Effect.flatMap(KubernetesClient, (client) => client.list(JobKind, { namespace: place })).pipe(
    Effect.map(({ items }) => items.length)
  )

const delivered = "Succeeded Delivered"

describe("several namespaces", () => {
  for (const watchNamespaces of [["team-b"], ["*"]]) {
    it.effect(`runs of the same name and service in two of ${watchNamespaces.join()} work beside each other`, () =>
      Effect.gen(function*() {
        yield* prepared
        yield* createIn(namespace, "first")
        yield* createIn("team-b", "first")
        yield* pass("5 seconds")
        assert.deepStrictEqual([yield* jobsIn(namespace), yield* jobsIn("team-b")], [1, 1])
        yield* pass("20 seconds")
        assert.deepStrictEqual([yield* phaseIn(namespace, "first"), yield* phaseIn("team-b", "first")], [
          delivered,
          delivered
        ])
        const client = yield* KubernetesClient
        const claims = yield* client.list(PersistentVolumeClaimKind, {})
        assert.deepStrictEqual(claims.items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).sort(), [
          "orchestrator/workspace-api",
          "team-b/workspace-api"
        ])
      }).pipe(Effect.provide(world({ config: { watchNamespaces } }))))
  }

  it.effect("what is in no namespace that is looked after is left alone, and each run costs what it costs alone", () =>
    Effect.gen(function*() {
      const { forget, requests } = yield* verbs
      yield* prepared
      yield* pass("1 second")
      yield* forget
      yield* createIn("team-b", "first")
      yield* createIn("team-c", "first")
      yield* pass("30 seconds")
      assert.deepStrictEqual([yield* phaseIn("team-b", "first"), yield* phaseIn("team-c", "first")], [delivered, " "])
      assert.strictEqual(yield* jobsIn("team-c"), 0)
      assert.lengthOf((yield* requests).filter((each) => !each.startsWith("list")), 6)
    }).pipe(Effect.provide(world({ config: { watchNamespaces: ["team-b"] } }))))

  it.effect("without the setting the other namespaces' runs are not looked at", () =>
    Effect.gen(function*() {
      yield* prepared
      yield* createIn("team-b", "first")
      yield* pass("30 seconds")
      assert.strictEqual(yield* phaseIn("team-b", "first"), " ")
    }).pipe(Effect.provide(world())))

  it.effect("limits count the runs of all of them, the oldest first", () =>
    Effect.gen(function*() {
      yield* prepared
      yield* createIn("team-b", "first")
      yield* pass("2 seconds")
      yield* createIn(namespace, "second")
      yield* pass("3 seconds")
      assert.deepStrictEqual([yield* phaseIn("team-b", "first"), yield* phaseIn(namespace, "second")], [
        "Running AgentRunning",
        "Pending WaitingForCapacity"
      ])
      yield* pass("30 seconds")
      assert.deepStrictEqual([yield* phaseIn("team-b", "first"), yield* phaseIn(namespace, "second")], [
        delivered,
        delivered
      ])
    }).pipe(Effect.provide(world({ config: { watchNamespaces: ["team-b"], limits: { activeRuns: 1 } } }))))

  it.effect("a controller that comes later goes on with the runs of all of them", () =>
    Effect.gen(function*() {
      const config = { watchNamespaces: ["team-b"] }
      const during = (time: "10 seconds" | "60 seconds") =>
        Effect.scoped(Effect.andThen(Layer.build(Layer.fresh(controller(config))), pass(time)))
      yield* prepared
      yield* createIn(namespace, "first")
      yield* createIn("team-b", "second")
      yield* during("10 seconds")
      assert.deepStrictEqual([yield* jobsIn(namespace), yield* jobsIn("team-b")], [1, 1])
      const client = yield* KubernetesClient
      for (const [place, name] of [[namespace, "first"], ["team-b", "second"]] as const) {
        yield* client.patch(CodeRunKind, { namespace: place, name }, {
          type: "merge",
          body: { spec: { cancel: true } }
        })
      }
      yield* during("60 seconds")
      assert.deepStrictEqual([yield* phaseIn(namespace, "first"), yield* phaseIn("team-b", "second")], [
        "Cancelled Cancelled",
        "Cancelled Cancelled"
      ])
    }).pipe(Effect.provide(cluster(endless))))
})
