import { assert, describe, it } from "@effect/vitest"
import { holderAnnotation } from "@orchestrator/domain/Labels"
import { tenantMarks, tenantOf } from "@orchestrator/domain/Tenant"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { CodeRunKind, PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect, Layer, Ref } from "effect"
import { Lines, type WorkspaceUse } from "../../src/services/Lines.ts"
import { codeSpec, makeCodeRun, namespace } from "../fixtures/Runs.ts"
import { ask, layerOver, store, TestApi } from "../fixtures/TestApi.ts"

const at = "/api/v1/workspaces"
const tenant = tenantOf(codeSpec)
const nobody: WorkspaceUse = { holders: [], line: [] }

/** As the stores of a controller would tell; `before`: what happens while it is asked. */
const apiWith = (
  use: WorkspaceUse,
  before: Effect.Effect<unknown, unknown, KubernetesClient> = Effect.void,
  configured?: number
) =>
  layerOver(
    Layer.effect(
      Lines,
      Effect.map(KubernetesClient, (client) =>
        Lines.of({
          waitingOf: (_, runs) => Effect.succeed(runs.map(() => undefined)),
          unusedIn: (of, daysOf) =>
            Effect.succeed({
              configured,
              items: [{ name: of, usedAt: 0, goes: true, because: `for ${daysOf(configured)} days` }, {
                name: "workspace-new",
                usedAt: undefined,
                goes: false,
                because: "it does not say whose it is"
              }]
            }),
          useOf: () => Effect.as(Effect.orDie(Effect.provideService(before, KubernetesClient, client)), use)
        }))
    ).pipe(Layer.provideMerge(layerMemory))
  )

const claim = (name: string, annotations: Readonly<Record<string, string>> = {}) => {
  const marks = tenantMarks(tenant)
  return {
    metadata: { name, namespace, labels: marks.labels, annotations: { ...marks.annotations, ...annotations } },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } }
  }
}

const foreign = {
  ...claim("workspace-foreign"),
  metadata: { name: "workspace-foreign", namespace, labels: { app: "web" } }
}

/** Whether nobody has asked for its end: a claim goes when no pod uses it. */
const exists = (name: string) =>
  Effect.flatMap(KubernetesClient, (client) =>
    Effect.map(
      client.get(PersistentVolumeClaimKind, { name, namespace }),
      ({ metadata }) => metadata.deletionTimestamp === undefined
    ))

describe("workspaces", () => {
  it.effect("are told with whose they are, their size, their last use, who has them and who waits", () =>
    Effect.gen(function*() {
      yield* store(PersistentVolumeClaimKind, claim("workspace-payments"))
      yield* store(PersistentVolumeClaimKind, foreign)
      const status = { workspace: "workspace-payments" }
      const times = ["2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z", "2026-01-01T00:00:00Z"]
      for (const [index, finishedAt] of times.entries()) {
        yield* store(CodeRunKind, makeCodeRun(`r${index}`, { status: { ...status, phase: "Failed", finishedAt } }))
      }
      const list = yield* ask("GET", at)
      const { uid, ...found } = JSON.parse((yield* ask("GET", `${at}/workspace-payments`)).text)
      assert.deepStrictEqual(list.json.items.map(({ name }) => name), ["workspace-payments"])
      assert.deepStrictEqual({ ...list.json.items[0] }, { uid, ...found })
      assert.deepStrictEqual(found, {
        name: "workspace-payments",
        service: "payments",
        repository: "github.com/example/payments",
        githubUser: "octocat",
        size: "10Gi",
        phase: "Pending",
        createdAt: "1970-01-01T00:00:00Z",
        lastUsedAt: "2026-01-03T00:00:00Z",
        holders: ["a"],
        line: [{ run: "b", position: 1 }, { run: "c", position: 2 }]
      })
    }).pipe(Effect.provide(apiWith({ holders: ["a"], line: ["b", "c"] }))))

  it.effect.each(["workspace-foreign", "workspace-none"])("%s is none", (name) =>
    Effect.gen(function*() {
      yield* store(PersistentVolumeClaimKind, foreign)
      for (const method of ["GET", "DELETE"] as const) {
        const { json, status } = yield* ask(method, `${at}/${name}`)
        assert.deepStrictEqual([status, json.type], [404, "urn:orchestrator:problem:workspace-not-found"])
      }
      assert.isTrue(yield* exists("workspace-foreign"))
    }).pipe(Effect.provide(apiWith(nobody))))
})

describe("the plan for unused workspaces", () => {
  it.effect.each([
    { name: "asks for 30 days", query: "", configured: undefined, days: 30 },
    { name: "or for those of the configuration", query: "", configured: 9, days: 9 },
    { name: "or for those of the request", query: "?unusedDays=4", configured: 9, days: 4 }
  ])("$name, and says what deletes them", ({ configured, days, query }) =>
    Effect.gen(function*() {
      const { status, text } = yield* ask("GET", `${at}/plan${query}`)
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(JSON.parse(text), {
        unusedDays: days,
        ...(configured === undefined ? {} : { deletesAfterDays: configured }),
        items: [
          { name: namespace, lastUsedAt: "1970-01-01T00:00:00.000Z", goes: true, because: `for ${days} days` },
          { name: "workspace-new", goes: false, because: "it does not say whose it is" }
        ]
      })
    }).pipe(Effect.provide(apiWith(nobody, Effect.void, configured))))

  it.effect.each(["0", "-1", "1.5", "many", "36501"])("is not made for %s days", (days) =>
    Effect.gen(function*() {
      const { json, status } = yield* ask("GET", `${at}/plan?unusedDays=${days}`)
      assert.deepStrictEqual([status, json.type], [400, "urn:orchestrator:problem:invalid-request"])
    }).pipe(Effect.provide(apiWith(nobody))))

  it.effect("is not made without a controller", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* ask("GET", `${at}/plan`)).status, 503)
    }).pipe(Effect.provide(layerOver(layerMemory))))
})

describe("deleting a workspace", () => {
  it.effect("removes an idle one", () =>
    Effect.gen(function*() {
      yield* store(PersistentVolumeClaimKind, claim("w", { [holderAnnotation]: "a-run-that-is-gone" }))
      assert.strictEqual((yield* ask("DELETE", `${at}/w`)).status, 204)
      assert.isFalse(yield* exists("w"))
    }).pipe(Effect.provide(apiWith(nobody))))

  it.effect.each<WorkspaceUse>([
    { holders: ["a"], line: [] },
    { holders: [], line: ["b"] },
    { holders: ["a"], line: ["b", "c"] }
  ])("is refused with %j, and says so", (use) =>
    Effect.gen(function*() {
      yield* store(PersistentVolumeClaimKind, claim("w"))
      const { json, status, text } = yield* ask("DELETE", `${at}/w`)
      assert.deepStrictEqual([status, json.type], [409, "urn:orchestrator:problem:workspace-busy"])
      const { holders, line } = JSON.parse(text)
      assert.deepStrictEqual({ holders, line }, use)
      assert.isTrue(yield* exists("w"))
    }).pipe(Effect.provide(apiWith(use))))

  it.effect("is refused while the run that its claim names has not ended, also where the stores have yet to hear of that run", () =>
    Effect.gen(function*() {
      const { metadata } = yield* store(CodeRunKind, makeCodeRun("new"))
      yield* store(PersistentVolumeClaimKind, claim("w", { [holderAnnotation]: metadata.uid ?? "" }))
      const { status, text } = yield* ask("DELETE", `${at}/w`)
      assert.deepStrictEqual([status, JSON.parse(text).holders], [409, ["new"]])
      assert.isTrue(yield* exists("w"))
    }).pipe(Effect.provide(apiWith(nobody))))

  it.effect("is refused when the claim is given to a run at the same moment", () => {
    const lease = Effect.flatMap(
      KubernetesClient,
      (client) =>
        client.patch(PersistentVolumeClaimKind, { name: "w", namespace }, {
          type: "merge",
          body: { metadata: { annotations: { [holderAnnotation]: "another" } } }
        })
    )
    return Effect.gen(function*() {
      yield* store(PersistentVolumeClaimKind, claim("w"))
      const { json, status } = yield* ask("DELETE", `${at}/w`)
      assert.deepStrictEqual([status, json.type], [409, "urn:orchestrator:problem:workspace-busy"])
      assert.isTrue(yield* exists("w"))
    }).pipe(Effect.provide(apiWith(nobody, lease)))
  })

  it.effect("does not end another one that was made under the same name meanwhile", () =>
    Effect.gen(function*() {
      const uids = yield* Ref.make<ReadonlyArray<string | undefined>>([])
      const again = Effect.gen(function*() {
        const client = yield* KubernetesClient
        yield* client.delete(PersistentVolumeClaimKind, { name: "w", namespace })
        yield* client.patch(PersistentVolumeClaimKind, { name: "w", namespace }, {
          type: "merge",
          body: { metadata: { finalizers: null } }
        })
        const { metadata } = yield* store(PersistentVolumeClaimKind, claim("w"))
        yield* Ref.update(uids, (all) => [...all, metadata.uid])
      })
      yield* Effect.gen(function*() {
        yield* store(PersistentVolumeClaimKind, claim("w"))
        assert.strictEqual((yield* ask("DELETE", `${at}/w`)).status, 409)
        const client = yield* KubernetesClient
        const { metadata } = yield* client.get(PersistentVolumeClaimKind, { name: "w", namespace })
        assert.deepStrictEqual(yield* Ref.get(uids), [metadata.uid])
      }).pipe(Effect.provide(apiWith(nobody, again)))
    }))

  it.effect("takes a controller beside the API, which knows who uses it", () =>
    Effect.gen(function*() {
      yield* store(PersistentVolumeClaimKind, claim("w"))
      assert.strictEqual((yield* ask("DELETE", `${at}/w`)).status, 503)
      assert.isTrue(yield* exists("w"))
    }).pipe(Effect.provide(TestApi)))
})
