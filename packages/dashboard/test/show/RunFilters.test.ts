import { assert, describe, it } from "@effect/vitest"
import { filtersIn, matcherOf, orderOf, sortIn } from "@orchestrator/dashboard/show/RunFilters"
import { rowOf } from "@orchestrator/dashboard/show/RunRow"
import { codeRun } from "../fixtures/Runs.ts"

const run = codeRun("orders-404", {
  phase: "Failed",
  reason: "NoChanges",
  message: "Nothing was changed",
  status: { branch: "task/7-orders" }
})

describe("filters", () => {
  it.each([
    { filters: {}, want: true },
    { filters: { phase: "Failed", reason: "NoChanges" }, want: true },
    { filters: { phase: "Running" }, want: false },
    { filters: { githubUser: "OctoCat" }, want: true },
    { filters: { service: "pay" }, want: false },
    { filters: { taskId: "7" }, want: true },
    { filters: { taskId: "8" }, want: false },
    { filters: { workingDirectory: "payments" }, want: true },
    { filters: { kind: "CodeRun" }, want: true },
    { filters: { kind: "DocsRun" }, want: false },
    { filters: { createdAfter: "2026-01-31T11:59:59Z" }, want: true },
    { filters: { createdAfter: "2026-01-31T12:00:00Z" }, want: false },
    { filters: { createdAfter: "yesterday" }, want: false },
    { filters: { q: "7-ORDERS" }, want: true },
    { filters: { q: "nothing was" }, want: true },
    { filters: { q: "git.example.com/payments" }, want: true },
    { filters: { q: "claude" }, want: false }
  ])("$filters of a run: $want", ({ filters, want }) => assert.strictEqual(matcherOf(filters)(run), want))

  it("are read from the address, and nothing else is", () =>
    assert.deepStrictEqual(filtersIn({ q: "a", phase: "", other: "x", label: ["a", "b"] }), { q: "a" }))
})

describe("the order", () => {
  const rows = [
    codeRun("b", { createdAt: "2026-01-31T12:00:00Z", phase: "Failed", status: { usage: { costUsd: 2 } } }),
    codeRun("a", { createdAt: "2026-01-31T12:00:00Z", phase: "Running" }),
    codeRun("c", { createdAt: "2026-01-31T13:00:00Z", phase: "Failed", status: { usage: { costUsd: 1 } } })
  ].map(rowOf)

  it.each([
    { sort: "-createdAt", want: "c a b" },
    { sort: "createdAt", want: "a b c" },
    { sort: "name", want: "a b c" },
    { sort: "phase", want: "a b c" },
    { sort: "-cost", want: "b c a" },
    { sort: "anything", want: "c a b" }
  ])(
    "by $sort",
    ({ sort, want }) => assert.strictEqual(rows.toSorted(orderOf(sortIn(sort))).map(({ name }) => name).join(" "), want)
  )
})
