import { assert, describe, it } from "@effect/vitest"
import { CodeRunKind, DocsRunKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import { makeCodeRun, makeDocsRun } from "../fixtures/Runs.ts"
import { addUser, askAs, TestAccess } from "../fixtures/TestAccess.ts"
import { ask, store, TestApi } from "../fixtures/TestApi.ts"

const storeAll = Effect.gen(function*() {
  const spent = (phase: string, usage?: object) => ({ phase, ...(usage === undefined ? {} : { usage }) })
  yield* store(CodeRunKind, makeCodeRun("a", { status: spent("Succeeded", { costUsd: 1.25 }) }))
  yield* store(CodeRunKind, makeCodeRun("b", { status: spent("Failed", { costUsd: 0.1, costEstimated: true }) }))
  yield* store(CodeRunKind, makeCodeRun("c", { spec: { service: "billing", model: "claude-opus-4-5" } }))
  yield* store(
    CodeRunKind,
    makeCodeRun("odd", { spec: { service: "billing" }, status: { phase: "Odd" } })
  )
  yield* store(DocsRunKind, makeDocsRun("d", { status: spent("Running", { costUsd: 2 }) }))
})

const counts = (total: number, more: object) => ({
  total,
  Pending: 0,
  Running: 0,
  Succeeded: 0,
  Failed: 0,
  Cancelled: 0,
  ...more
})

describe("services", () => {
  it.effect("have the numbers of their runs by phase, and what those have spent", () =>
    Effect.gen(function*() {
      yield* storeAll
      const { text } = yield* ask("GET", "/api/v1/services")
      assert.deepStrictEqual(JSON.parse(text).items, [
        { name: "billing", runs: counts(2, { Pending: 1 }), costUsd: 0 },
        { name: "payments", runs: counts(2, { Succeeded: 1, Failed: 1 }), costUsd: 1.35, costEstimated: true }
      ])
    }).pipe(Effect.provide(TestApi)))
})

interface Model {
  readonly name: string
  readonly isDefault: boolean
  readonly price?: object
  readonly runs: { readonly total: number }
  readonly costUsd: number
}

const modelsOf = (text: string) => JSON.parse(text).items as ReadonlyArray<Model>

describe("models", () => {
  it.effect("are those that runs name and those of runs that name none, with their prices", () =>
    Effect.gen(function*() {
      yield* storeAll
      const { text } = yield* ask("GET", "/api/v1/models")
      assert.deepStrictEqual(
        modelsOf(text).map(({ costUsd, isDefault, name, runs }) => [name, isDefault, runs.total, costUsd]),
        [
          ["claude-code-default", true, 0, 0],
          ["claude-docs-default", true, 0, 0],
          ["claude-opus-4-5", false, 1, 0],
          ["claude-test-1", false, 3, 1.35],
          ["claude-test-2", false, 1, 2]
        ]
      )
      assert.deepStrictEqual(modelsOf(text).find(({ name }) => name === "claude-opus-4-5")?.price, {
        input: 5,
        output: 25
      })
      assert.isUndefined(modelsOf(text)[0]?.price)
      assert.deepStrictEqual(JSON.parse(text).prices["claude-opus-4-5"], { input: 5, output: 25 })
    }).pipe(Effect.provide(TestApi)))
})

describe("who may list runs of some kinds only", () => {
  it.effect("has those counted", () =>
    Effect.gen(function*() {
      yield* storeAll
      yield* addUser("writer", (asked) => asked === "list docsruns")
      const models = modelsOf((yield* askAs("writer", "GET", "/api/v1/models")).text)
      assert.deepStrictEqual(models.filter(({ runs }) => runs.total > 0).map(({ name }) => name), ["claude-test-2"])
      const services = yield* askAs("writer", "GET", "/api/v1/services")
      assert.deepStrictEqual(services.json.items, [])
    }).pipe(Effect.provide(TestAccess)))

  it.effect("of none is refused", () =>
    Effect.gen(function*() {
      yield* addUser("nobody", () => false)
      for (const path of ["/api/v1/models", "/api/v1/services"]) {
        assert.strictEqual((yield* askAs("nobody", "GET", path)).status, 403)
      }
    }).pipe(Effect.provide(TestAccess)))
})
