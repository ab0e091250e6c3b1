import { assert, describe, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import type { Phase } from "@orchestrator/domain/Phase"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import type { RunFilters } from "../../src/handlers/ListRuns.ts"
import { makeCodeRun } from "../fixtures/Runs.ts"
import { store, TestApi } from "../fixtures/TestApi.ts"

const runs = [
  makeCodeRun("a", { spec: { service: "billing" }, status: { phase: "Succeeded" } }),
  makeCodeRun("b", { status: { phase: "Running" } }),
  makeCodeRun("c", { spec: { githubUser: "hubot" }, status: { phase: "Running" } }),
  makeCodeRun("d", { spec: { service: "billing" }, status: { phase: "Failed" } }),
  makeCodeRun("e")
]

const storeAll = Effect.forEach(runs, (run) => store(CodeRunKind, run), { discard: true })

type Case = readonly [
  given: RunFilters & { readonly phase?: Phase; readonly service?: string },
  want: ReadonlyArray<string>
]

const filtered: ReadonlyArray<Case> = [
  [{}, ["a", "b", "c", "d", "e"]],
  [{ phase: "Running" }, ["b", "c"]],
  [{ phase: "Pending" }, ["e"]],
  [{ service: "billing" }, ["a", "d"]],
  [{ user: "hubot" }, ["c"]],
  [{ service: "billing", phase: "Failed" }, ["d"]],
  [{ service: "nobody's" }, []],
  [{ limit: 2 }, ["a", "b"]],
  [{ limit: 2, phase: "Running" }, ["b", "c"]]
]

const paged: ReadonlyArray<Case> = [
  [{ limit: 1 }, ["a", "b", "c", "d", "e"]],
  [{ limit: 2 }, ["a", "b", "c", "d", "e"]],
  [{ limit: 1, service: "billing" }, ["a", "d"]],
  [{ limit: 2, phase: "Running" }, ["b", "c"]]
]

describe("listing runs", () => {
  it.effect.each(filtered)("%j gives %j", ([query, want]) =>
    Effect.gen(function*() {
      yield* storeAll
      const { codeRuns } = yield* OrchestratorClient
      const { items } = yield* codeRuns.list({ query })
      assert.deepStrictEqual(items.map(({ name }) => name), want)
    }).pipe(Effect.provide(TestApi)))

  it.effect.each(paged)("page by page with %j gives every run once", ([given, want]) =>
    Effect.gen(function*() {
      yield* storeAll
      const { codeRuns } = yield* OrchestratorClient
      const names: Array<string> = []
      let next: string | undefined
      do {
        const page = yield* codeRuns.list({
          query: { ...given, ...(next === undefined ? {} : { continue: next }) }
        })
        assert.isAtMost(page.items.length, given.limit ?? 0)
        names.push(...page.items.map(({ name }) => name))
        next = page.continue
      } while (next !== undefined)
      assert.deepStrictEqual(names, want)
    }).pipe(Effect.provide(TestApi)))

  it.effect("refuses a page that it never gave", () =>
    Effect.gen(function*() {
      const { codeRuns } = yield* OrchestratorClient
      const error = yield* Effect.flip(codeRuns.list({ query: { continue: "made up" } }))
      assert.strictEqual(error._tag, "PageExpired")
    }).pipe(Effect.provide(TestApi)))
})
