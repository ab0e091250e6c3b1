import { assert, describe, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { CodeRunKind, DocsRunKind } from "@orchestrator/k8s/Kinds"
import { Effect, Layer } from "effect"
import { spendingCsv } from "../../../src/handlers/spending/SpendingCsv.ts"
import { Previews } from "../../../src/services/Previews.ts"
import { makeCodeRun, makeDocsRun } from "../../fixtures/Runs.ts"
import { addUser, askAs, TestAccess } from "../../fixtures/TestAccess.ts"
import { ask, layerOver, store, TestApi } from "../../fixtures/TestApi.ts"

const path = "/api/v1/spending"
const days = { since: "2026-01-01", until: "2026-01-31" }
const range = "since=2026-01-01&until=2026-01-31"

const ended = (day: string, costUsd: number, more: object = {}) => ({
  phase: "Succeeded",
  usage: { costUsd, ...more },
  attempts: [{
    contextVersion: 1,
    jobName: "job",
    startedAt: `${day}T00:00:00Z`,
    finishedAt: `${day}T00:01:00Z`,
    usage: { costUsd, inputTokens: 100, outputTokens: 10, turns: 1, ...more }
  }]
})

const storeAll = Effect.gen(function*() {
  yield* store(CodeRunKind, makeCodeRun("a", { status: ended("2026-01-02", 1.5) }))
  yield* store(
    CodeRunKind,
    makeCodeRun("b", {
      spec: { service: "billing", githubUser: "MonaLisa" },
      status: ended("2026-01-03", 2, { costEstimated: true })
    })
  )
  yield* store(CodeRunKind, makeCodeRun("old", { status: ended("2025-12-31", 50) }))
  yield* store(CodeRunKind, makeCodeRun("idle"))
  yield* store(DocsRunKind, makeDocsRun("d", { status: ended("2026-01-03", 0.25) }))
})

const named = (items: ReadonlyArray<{ readonly name: string; readonly costUsd: number; readonly runs?: number }>) =>
  items.map(({ costUsd, name, runs }) => [name, costUsd, runs])

describe("spending", () => {
  it.effect("is summed by day, service, GitHub user and model, over the days that are asked for", () =>
    Effect.gen(function*() {
      yield* storeAll
      const { spending } = yield* OrchestratorClient
      const report = yield* spending.report({ query: days })
      assert.deepStrictEqual(report.total, {
        runs: 3,
        costUsd: 3.75,
        costEstimated: true,
        inputTokens: 300,
        outputTokens: 30,
        turns: 3
      })
      assert.deepStrictEqual(named(report.days), [["2026-01-02", 1.5, 1], ["2026-01-03", 2.25, 2]])
      assert.deepStrictEqual(named(report.services), [["billing", 2, 1], ["payments", 1.5, 1], ["", 0.25, 1]])
      assert.deepStrictEqual(named(report.githubUsers), [["monalisa", 2, 1], ["octocat", 1.75, 2]])
      assert.deepStrictEqual(named(report.models), [["claude-test-1", 3.5, 2], ["claude-test-2", 0.25, 1]])
      assert.deepStrictEqual(report.dearest.map(({ name }) => name), ["b", "a", "d"])
      assert.deepStrictEqual(report.slowest[0]?.seconds, 60)
      assert.deepStrictEqual(report.budgets, [])
    }).pipe(Effect.provide(TestApi)))

  it.effect("is of the last 30 days where no others are named", () =>
    Effect.gen(function*() {
      const { since, until } = yield* Effect.flatMap(
        OrchestratorClient,
        ({ spending }) => spending.report({ query: {} })
      )
      assert.deepStrictEqual([since, until], ["1969-12-03", "1970-01-01"])
    }).pipe(Effect.provide(TestApi)))

  it.effect("is not of days that do not exist or that end before they begin", () =>
    Effect.gen(function*() {
      for (const query of ["since=2026-02-30", "since=yesterday", "since=2026-02-01&until=2026-01-01"]) {
        const { json, status } = yield* ask("GET", `${path}?${query}`)
        assert.strictEqual(status, 400, query)
        assert.strictEqual(json.errors[0]?.path, "since")
      }
    }).pipe(Effect.provide(TestApi)))

  it.effect("has the budgets of runs that have not ended, the least left first", () =>
    Effect.gen(function*() {
      yield* store(CodeRunKind, makeCodeRun("a", { status: { phase: "Running", usage: { costUsd: 1 } } }))
      yield* store(CodeRunKind, makeCodeRun("b", { status: { phase: "Running", usage: { costUsd: 9 } } }))
      yield* store(CodeRunKind, makeCodeRun("over", { status: { phase: "Failed", usage: { costUsd: 1 } } }))
      const { spending } = yield* OrchestratorClient
      const { budgets } = yield* spending.report({ query: {} })
      assert.deepStrictEqual(budgets, [
        { kind: "CodeRun", name: "b", limitUsd: 8, spentUsd: 9, leftUsd: 0 },
        { kind: "CodeRun", name: "a", limitUsd: 8, spentUsd: 1, leftUsd: 7 }
      ])
    }).pipe(Effect.provide(
      layerOver(layerMemory).pipe(Layer.provide(
        Layer.mock(Previews)({
          limitsOf: () => ({ costUsd: 8, turns: 1, timeoutSeconds: 1 }),
          unknownNonce: "0",
          ceilings: { maxCostUsd: 8, maxTurns: 1, maxTimeoutSeconds: 1 }
        })
      ))
    )))

  it.effect("is that of the kinds whose runs the caller may list", () =>
    Effect.gen(function*() {
      yield* storeAll
      yield* addUser("writer", (asked) => asked === "list docsruns")
      yield* addUser("nobody", () => false)
      for (const file of ["", "/csv"]) {
        assert.strictEqual((yield* askAs("nobody", "GET", `${path}${file}?${range}`)).status, 403)
        const { status, text } = yield* askAs("writer", "GET", `${path}${file}?${range}`)
        assert.strictEqual(status, 200)
        assert.notInclude(text, "billing")
      }
    }).pipe(Effect.provide(TestAccess)))
})

describe("spending as comma-separated values", () => {
  it.effect("has a line for each day, kind, service, GitHub user and model, and is a file", () =>
    Effect.gen(function*() {
      yield* storeAll
      const { headers, text } = yield* ask("GET", `${path}/csv?${range}`)
      assert.strictEqual(headers["content-type"], "text/csv; charset=utf-8")
      assert.strictEqual(
        headers["content-disposition"],
        "attachment; filename=\"spending-2026-01-01-2026-01-31.csv\""
      )
      assert.deepStrictEqual(text.split("\r\n"), [
        "day,kind,service,githubUser,model,runs,costUsd,costEstimated,inputTokens,outputTokens,turns",
        "2026-01-02,CodeRun,payments,octocat,claude-test-1,1,1.5,false,100,10,1",
        "2026-01-03,CodeRun,billing,MonaLisa,claude-test-1,1,2,true,100,10,1",
        "2026-01-03,DocsRun,,octocat,claude-test-2,1,0.25,false,100,10,1",
        ""
      ])
    }).pipe(Effect.provide(TestApi)))

  it.each([
    ["=HYPERLINK(\"https://example.com\")", "\"'=HYPERLINK(\"\"https://example.com\"\")\""],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["a,b", "\"a,b\""],
    ["a\r\nb", "\"a\r\nb\""],
    ["payments", "payments"]
  ])("has %j as a text", (service, want) => {
    const text = spendingCsv([{
      day: "2026-01-01",
      kind: "CodeRun",
      service,
      githubUser: "octocat",
      model: "m",
      runs: 1,
      costUsd: 1,
      costEstimated: false,
      inputTokens: 1,
      outputTokens: 1,
      turns: 1
    }])
    assert.include(text, `,CodeRun,${want},octocat,`)
  })
})
