import { assert, describe, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { runUidLabel } from "@orchestrator/domain/Labels"
import { CodeRunKind, ConfigMapKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import { makeCodeRun, namespace } from "../fixtures/Runs.ts"
import { store, TestApi } from "../fixtures/TestApi.ts"

const run = store(CodeRunKind, makeCodeRun("a", { status: { phase: "Running", configmapName: "files-a" } }))

const files = (uid: string | undefined) =>
  store(ConfigMapKind, {
    metadata: { name: "files-a", namespace, labels: { [runUidLabel]: uid ?? "" } },
    data: { "prompt.md": "# Do it\n" }
  })

const ask = Effect.flatMap(OrchestratorClient, ({ codeRuns }) => codeRuns.files({ params: { name: "a" } }))

describe("files of a run", () => {
  it.effect("are those of its ConfigMap", () =>
    Effect.gen(function*() {
      yield* files((yield* run).metadata.uid)
      assert.deepStrictEqual(yield* ask, { configMap: "files-a", files: { "prompt.md": "# Do it\n" } })
    }).pipe(Effect.provide(TestApi)))

  it.effect("are not those of a ConfigMap that is another's", () =>
    Effect.gen(function*() {
      yield* run
      yield* files("another")
      assert.strictEqual((yield* Effect.flip(ask))._tag, "FilesNotAvailable")
    }).pipe(Effect.provide(TestApi)))

  it.effect("are gone with the ConfigMap", () =>
    Effect.gen(function*() {
      yield* run
      assert.strictEqual((yield* Effect.flip(ask))._tag, "FilesNotAvailable")
    }).pipe(Effect.provide(TestApi)))

  it.effect("are not there before the run has started", () =>
    Effect.gen(function*() {
      yield* store(CodeRunKind, makeCodeRun("a"))
      assert.strictEqual((yield* Effect.flip(ask))._tag, "FilesNotAvailable")
    }).pipe(Effect.provide(TestApi)))

  it.effect("belong to a run that exists", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(ask))._tag, "RunNotFound")
    }).pipe(Effect.provide(TestApi)))
})
