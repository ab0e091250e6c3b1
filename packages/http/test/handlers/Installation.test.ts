import { assert, describe, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { LeaseKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { Effect, Layer } from "effect"
import { InstallationState } from "../../src/services/InstallationState.ts"
import { Readiness } from "../../src/services/Readiness.ts"
import { namespace } from "../fixtures/Runs.ts"
import { addUser, askAs, TestAccess } from "../fixtures/TestAccess.ts"
import { layerOver, store, TestApi } from "../fixtures/TestApi.ts"

const state = Layer.succeed(InstallationState, {
  identity: "orchestrator-a_1",
  startedAt: "2026-01-01T00:00:00Z",
  leads: Effect.succeed(true),
  electionProblem: Effect.undefined,
  kubernetesVersion: Effect.succeed("v1.37.0"),
  caches: Effect.succeed([{ kind: "coderuns", objects: 3 }]),
  limits: Effect.succeed([{ name: "limits.activeRuns", used: 1, limit: 4 }]),
  findings: Effect.succeed([{ check: "cluster", status: "warn" as const, found: "old", next: "upgrade" }])
})

const get = Effect.flatMap(OrchestratorClient, ({ installation }) => installation.get({}))

const lease = (holderIdentity: string) =>
  store(LeaseKind, {
    metadata: { name: "orchestrator-controller", namespace },
    spec: {
      holderIdentity,
      leaseDurationSeconds: 15,
      acquireTime: "2026-01-01T00:00:00.000000Z",
      renewTime: "2026-01-01T00:01:00.000000Z",
      leaseTransitions: 2
    }
  })

const pod = (name: string, component: string) =>
  store(PodKind, {
    metadata: {
      name,
      namespace,
      labels: { "app.kubernetes.io/part-of": "orchestrator", "app.kubernetes.io/component": component }
    },
    spec: { containers: [{ name: "orchestrator", image: "orchestrator:1" }] }
  })

describe("the installation", () => {
  it.effect("has what the program knows of itself, and leads where it is alone", () =>
    Effect.gen(function*() {
      const { apiServer, caches, findings, identity, leader, limits, version } = yield* get
      assert.deepInclude(apiServer, { reachable: true, version: "v1.37.0" })
      assert.deepStrictEqual([version, identity], ["1.2.3", "orchestrator-a_1"])
      assert.deepStrictEqual(leader, {
        identity: "orchestrator-a_1",
        isThisReplica: true,
        since: "2026-01-01T00:00:00Z"
      })
      assert.deepStrictEqual(caches, [{ kind: "coderuns", objects: 3 }])
      assert.deepStrictEqual(limits, [{ name: "limits.activeRuns", used: 1, limit: 4 }])
      assert.deepStrictEqual(findings.map(({ check, status }) => [check, status]), [["ready", "ok"], [
        "leader",
        "ok"
      ], ["cluster", "warn"]])
    }).pipe(Effect.provide(layerOver(layerMemory).pipe(Layer.provide(state)))))

  it.effect("has the leader by its Lease, and the pods of the orchestrator", () =>
    Effect.gen(function*() {
      yield* lease("orchestrator-b_2")
      yield* pod("orchestrator-a", "controller")
      yield* pod("an-agent", "code-runner")
      const { leader, replicas } = yield* get
      assert.deepStrictEqual(leader, {
        identity: "orchestrator-b_2",
        isThisReplica: false,
        since: "2026-01-01T00:00:00.000000Z",
        renewedAt: "2026-01-01T00:01:00.000000Z",
        leaseSeconds: 15,
        transitions: 2
      })
      assert.deepStrictEqual(replicas?.map(({ name, ready }) => [name, ready]), [["orchestrator-a", false]])
    }).pipe(Effect.provide(layerOver(layerMemory).pipe(Layer.provide(state)))))

  it.effect("says that the API server does not answer, and all else that it knows", () =>
    Effect.gen(function*() {
      const { apiServer, findings } = yield* get
      assert.deepInclude(apiServer, { reachable: false })
      assert.include(apiServer.problem, "connection refused")
      assert.deepInclude(findings, { check: "ready", status: "fail", found: "Not yet." })
    }).pipe(Effect.provide(layerOver(
      Layer.effect(
        KubernetesClient,
        Effect.map(KubernetesClient, (client) => ({
          ...client,
          get: () =>
            Effect.fail(
              new KubernetesError({
                operation: "get",
                ref: "lease",
                reason: { _tag: "Unreachable", message: "connection refused" }
              })
            )
        }))
      ).pipe(Layer.provide(layerMemory)),
      Readiness.layerWith(Effect.succeed(["Not yet."]))
    ))))

  it.effect("is told to who may read the leader's Lease; pods and deliveries to who may list those", () =>
    Effect.gen(function*() {
      const path = "/api/v1/installation"
      yield* addUser("developer", (asked) => asked === "list coderuns")
      const refused = yield* askAs("developer", "GET", path)
      assert.strictEqual(refused.status, 403)
      assert.deepInclude(refused.json.missing[0], { verb: "get", name: "orchestrator-controller" })
      assert.include(refused.json.hint, "--resource-name=orchestrator-controller")
      yield* addUser("reader", (asked) => asked === "get leases")
      const little = yield* askAs("reader", "GET", path)
      assert.strictEqual(little.status, 200)
      assert.notProperty(little.json, "replicas")
      assert.notProperty(little.json, "deliveries")
      const all = ["get leases", "list pods", "list coderuns", "list docsruns"]
      yield* addUser("operator", (asked) => all.includes(asked))
      const much = yield* askAs("operator", "GET", path)
      assert.deepInclude(Object(much.json), { replicas: [], deliveries: [] })
    }).pipe(Effect.provide(TestAccess)))

  it.effect("needs no parts of the program that are not there", () =>
    Effect.gen(function*() {
      assert.deepInclude(yield* get, { caches: [], limits: [], deliveries: [] })
    }).pipe(Effect.provide(TestApi)))
})
