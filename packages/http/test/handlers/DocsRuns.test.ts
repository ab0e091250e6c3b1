import { assert, describe, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { DocsRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect } from "effect"
import { retryOfAnnotation } from "../../src/handlers/RetryRun.ts"
import { docsSpec, makeDocsRun, namespace, newDocsSpec } from "../fixtures/Runs.ts"
import { ask, store, TestApi } from "../fixtures/TestApi.ts"

const stored = (name: string) =>
  Effect.flatMap(KubernetesClient, (client) => client.get(DocsRunKind, { name, namespace }))

describe("DocsRuns", () => {
  it.effect("are created, read, listed and deleted", () =>
    Effect.gen(function*() {
      const { docsRuns } = yield* OrchestratorClient
      const made = yield* docsRuns.create({ headers: {}, payload: { spec: { ...newDocsSpec, cancel: false } } })
      assert.strictEqual(made.spec?.model, "claude-docs-default")
      const read = yield* docsRuns.get({ params: { name: made.name } })
      assert.strictEqual(read.uid, made.uid)
      const { items } = yield* docsRuns.list({ query: { user: "octocat" } })
      assert.deepStrictEqual(items.map(({ name }) => name), [made.name])
      yield* docsRuns.delete({ params: { name: made.name } })
      assert.strictEqual((yield* Effect.flip(docsRuns.get({ params: { name: made.name } })))._tag, "RunNotFound")
    }).pipe(Effect.provide(TestApi)))

  it.effect("with a key are created once", () =>
    Effect.gen(function*() {
      const request = { body: { spec: newDocsSpec }, headers: { "idempotency-key": "d" } }
      const replies = yield* Effect.forEach([1, 2, 3], () => ask("POST", "/api/v1/docs-runs", request), {
        concurrency: "unbounded"
      })
      assert.strictEqual(new Set(replies.map(({ json }) => json.uid)).size, 1)
    }).pipe(Effect.provide(TestApi)))

  it.effect("are repeated by one successor with the same spec", () =>
    Effect.gen(function*() {
      const { docsRuns } = yield* OrchestratorClient
      yield* store(DocsRunKind, makeDocsRun("a", { spec: { cancel: true }, status: { phase: "Failed" } }))
      const [one, two] = yield* Effect.forEach([1, 2], () => docsRuns.retry({ params: { name: "a" }, payload: {} }), {
        concurrency: "unbounded"
      })
      assert.isDefined(one)
      assert.deepStrictEqual(two, one)
      const successor = yield* stored(one.name)
      assert.deepStrictEqual(successor.spec, docsSpec)
      assert.strictEqual(successor.metadata.annotations?.[retryOfAnnotation], "a")
      assert.strictEqual((yield* stored("a")).spec["cancel"], true)
    }).pipe(Effect.provide(TestApi)))

  it.effect.each(["a.b", `${"a.".repeat(120)}b`])(
    "are repeated whatever their name: %s",
    (name) =>
      Effect.gen(function*() {
        yield* store(DocsRunKind, makeDocsRun(name, { status: { phase: "Failed" } }))
        const { json, status } = yield* ask("POST", `/api/v1/docs-runs/${name}/retry`)
        assert.strictEqual(status, 201)
        assert.match(json.name, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])$/)
      }).pipe(Effect.provide(TestApi))
  )

  it.effect("are not repeated while they run, unless it is forced", () =>
    Effect.gen(function*() {
      const { docsRuns } = yield* OrchestratorClient
      yield* store(DocsRunKind, makeDocsRun("a", { status: { phase: "Running" } }))
      const refused = yield* Effect.flip(docsRuns.retry({ params: { name: "a" }, payload: undefined }))
      assert.strictEqual(refused._tag, "RunNotFinished")
      const forced = yield* docsRuns.retry({ params: { name: "a" }, payload: { force: true } })
      assert.notStrictEqual(forced.name, "a")
    }).pipe(Effect.provide(TestApi)))

  it.effect("are cancelled", () =>
    Effect.gen(function*() {
      const { docsRuns } = yield* OrchestratorClient
      yield* store(DocsRunKind, makeDocsRun("a", { status: { phase: "Running" } }))
      yield* docsRuns.cancel({ params: { name: "a" } })
      assert.strictEqual((yield* stored("a")).spec["cancel"], true)
      yield* store(DocsRunKind, makeDocsRun("b", { status: { phase: "Succeeded" } }))
      assert.strictEqual((yield* Effect.flip(docsRuns.cancel({ params: { name: "b" } })))._tag, "RunFinished")
    }).pipe(Effect.provide(TestApi)))
})
