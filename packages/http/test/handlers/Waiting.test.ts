/** Of a run that waits, the API tells whom it waits for at this moment. */
import { assert, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { CodeRunKind, DocsRunKind } from "@orchestrator/k8s/Kinds"
import { Effect, Layer } from "effect"
import { Lines } from "../../src/services/Lines.ts"
import { makeCodeRun, makeDocsRun } from "../fixtures/Runs.ts"
import { layerOver, store, TestApi } from "../fixtures/TestApi.ts"

const waiting = { runs: ["older"], position: 2 }
const lines = Layer.succeed(Lines, {
  useOf: () => Effect.succeed({ holders: [], line: [] }),
  unusedIn: () => Effect.succeed({ configured: undefined, items: [] }),
  waitingOf: (_, runs, { briefly }) =>
    Effect.succeed(
      runs.map(({ metadata: { name } }) => name === "free" ? undefined : briefly ? { runs: waiting.runs } : waiting)
    )
})
const api = layerOver(Layer.merge(layerMemory, lines))

it.effect("a CodeRun and a DocsRun that wait, by name and in lists; one that works, or waits for nobody, has no such field", () =>
  Effect.gen(function*() {
    const { codeRuns, docsRuns } = yield* OrchestratorClient
    yield* store(CodeRunKind, makeCodeRun("a", { status: { phase: "Pending", reason: "WaitingForWorkspace" } }))
    yield* store(CodeRunKind, makeCodeRun("free"))
    yield* store(CodeRunKind, makeCodeRun("works", { status: { phase: "Running" } }))
    yield* store(DocsRunKind, makeDocsRun("a"))
    const of = (name: string) => Effect.map(codeRuns.get({ params: { name } }), (run) => run.waiting)
    assert.deepStrictEqual([yield* of("a"), yield* of("free"), yield* of("works")], [waiting, undefined, undefined])
    assert.deepStrictEqual((yield* docsRuns.get({ params: { name: "a" } })).waiting, waiting)
    const { items } = yield* codeRuns.list({ query: {} })
    assert.deepStrictEqual(items.map((run) => [run.name, run.waiting]), [
      ["a", { runs: ["older"] }],
      ["free", undefined],
      ["works", undefined]
    ])
  }).pipe(Effect.provide(api)))

it.effect("an API without a controller beside it answers without", () =>
  Effect.gen(function*() {
    const { codeRuns } = yield* OrchestratorClient
    yield* store(CodeRunKind, makeCodeRun("a"))
    assert.isUndefined((yield* codeRuns.get({ params: { name: "a" } })).waiting)
  }).pipe(Effect.provide(TestApi)))
