/** Who may start as far as budgets go: what is spent, what those that work may still spend, and who is first. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import { attemptKey, type Spent } from "../../src/facts/Ledger.ts"
import type { LiveRun } from "../../src/facts/LiveRun.ts"
import type { RunFacts } from "../../src/facts/Run.ts"
import { admitted, fullBudgetIn, reachedLimits } from "../../src/line/Admission.ts"
import { budgetUse } from "../../src/line/BudgetUse.ts"
import { complete } from "../fixtures/Jobs.ts"
import { namespace } from "../fixtures/Runs.ts"
import { docsRun, jobAt, lineRun, momentOf, type Things } from "../fixtures/SnapshotOf.ts"
import { running } from "../fixtures/Statuses.ts"

const spent = (usd: number, changes: Partial<Spent> = {}): Spent => ({
  attempt: `orchestrator.${usd}`,
  day: "2026-03-01",
  micros: usd * 1e6,
  githubUser: "ada",
  service: "api",
  ...changes
})

const run = (name: string, spec: object = {}) => lineRun(name, { spec: { service: name, maxCostUsd: 10, ...spec } })

/** Its Job, which was given ten dollars, in no claim of anybody's. */
const working = (of: RunFacts, changes: object = {}) =>
  jobAt(of, { claim: undefined, maxCostUsd: 10, githubUser: "ada", service: of.service ?? "", ...changes })

const config = (budgets: object, more: object = {}) => ({ limits: { defaultMaxCostUsd: 10, ...more }, budgets })
const names = (things: Things, settings: object) => admitted(momentOf(things, settings)).map(({ name }) => name)
const [a, b, c] = [run("a"), run("b"), run("c")]

describe("those that may start", () => {
  it.each<{ readonly name: string; readonly given: Things; readonly budgets: object; readonly want: object }>([
    { name: "are as many as there is money for", given: { runs: [a, b, c] }, budgets: { daily: 20 }, want: ["a", "b"] },
    { name: "all, to the last cent", given: { runs: [a, b] }, budgets: { daily: 20 }, want: ["a", "b"] },
    {
      name: "fewer when some of it is spent",
      given: { runs: [a, b, c], spent: [spent(5)] },
      budgets: { daily: 30 },
      want: ["a", "b"]
    },
    {
      name: "not fewer for what was spent on another day",
      given: { runs: [a], spent: [spent(15, { day: "2026-02-28" }), spent(16, { day: "2026-03-02" })] },
      budgets: { daily: 20 },
      want: ["a"]
    },
    {
      name: "fewer for what was spent on another day of the month",
      given: { runs: [a], spent: [spent(15, { day: "2026-03-02" })] },
      budgets: { monthly: 20 },
      want: []
    },
    {
      name: "none while others may still spend it",
      given: { runs: [a, b], jobs: [working(a)] },
      budgets: { daily: 15 },
      want: []
    },
    {
      name: "none between the end of a Job and its result",
      given: { runs: [a, b], jobs: [working(a, { end: complete })] },
      budgets: { daily: 15 },
      want: []
    },
    {
      name: "the next one once its cost is written down",
      given: {
        runs: [a, b],
        jobs: [working(a, { end: complete })],
        spent: [spent(2, { attempt: attemptKey(namespace, a.jobName) })]
      },
      budgets: { daily: 15 },
      want: ["b"]
    },
    {
      name: "none for an edit of what works: its Job has what it was given",
      given: { runs: [run("a", { maxCostUsd: 1, githubUser: "bob" }), b], jobs: [working(a)] },
      budgets: { dailyPerGithubUser: 15 },
      want: []
    },
    {
      name: "none for a Job that does not say what it may cost: it may what the configuration lets it",
      given: { runs: [a, b], jobs: [working(a, { maxCostUsd: undefined })] },
      budgets: { daily: 105 },
      want: []
    },
    {
      name: "those of other users and services",
      given: {
        runs: [a, run("b", { githubUser: "bob" }), run("c", { githubUser: "eve" })],
        spent: [spent(5), spent(6, { githubUser: "eve", service: "c" })]
      },
      budgets: { dailyPerGithubUser: 10 },
      want: ["b"]
    },
    {
      name: "whoever fits behind one that does not",
      given: { runs: [run("a", { maxCostUsd: 20 }), run("b", { maxCostUsd: 4 })], spent: [spent(15)] },
      budgets: { daily: 20 },
      want: ["b"]
    },
    {
      name: "a run without a service, whatever services have spent",
      given: { runs: [docsRun("manual")], spent: [spent(99)] },
      budgets: { dailyPerService: 10 },
      want: ["manual"]
    },
    {
      name: "none where the ledger tells of more than there is",
      given: { runs: [a], spent: [spent(500)] },
      budgets: { daily: 20 },
      want: []
    }
  ])("are $name", ({ budgets, given, want }) => assert.deepStrictEqual(names(given, config(budgets)), want))

  it("take no slot while they have no money", () =>
    assert.deepStrictEqual(
      names(
        { runs: [a, run("b", { githubUser: "bob" })], spent: [spent(5)] },
        config({ dailyPerGithubUser: 10 }, { activeRuns: 1 })
      ),
      ["b"]
    ))

  it("are asked for their money also where Kueue decides who starts", () =>
    assert.deepStrictEqual(
      names({ runs: [a, b] }, { ...config({ daily: 10 }, { activeRuns: 1 }), kueue: { queueName: "q" } }),
      ["a"]
    ))

  it("are those whom another shard's leave room for", () => {
    const of = { shard: 1, spec: { service: "theirs", maxCostUsd: 10 } }
    const { jobName } = lineRun("theirs", of)
    const attempts = [{ contextVersion: 1, jobName }]
    const shard = { count: 2, index: 0 }
    const works = lineRun("theirs", { ...of, status: running({ jobName, attempts }) })
    assert.deepStrictEqual(names({ shard, runs: [works, a] }, config({ daily: 15 })), [])
    assert.deepStrictEqual(names({ shard, runs: [works, a] }, config({ daily: 20 })), ["a"])
  })
})

describe("the budget that keeps a run", () => {
  const full = (things: Things, settings: object) => {
    const moment = momentOf({ runs: [a], ...things }, settings)
    return fullBudgetIn(moment, reachedLimits(moment, a as LiveRun))
  }

  it("is the one that opens last", () => {
    const found = full({ spent: [spent(5)] }, config({ daily: 10, monthlyPerGithubUser: 10 }))
    assert.deepInclude(found, { name: "budgets.monthlyPerGithubUser", whose: "ada", spent: true, needsUsd: 10 })
    assert.strictEqual(found && DateTime.formatIso(found.opensAt), "2026-04-01T00:00:00.000Z")
  })

  it("is one that is spent before one that is promised", () =>
    assert.deepInclude(
      full({ spent: [spent(5)], runs: [a, b], jobs: [working(b)] }, config({ daily: 14, monthly: 20 })),
      { name: "budgets.daily", whose: undefined, spent: true }
    ))

  it("is none where only a limit of slots is reached", () =>
    assert.isUndefined(full({ runs: [a, b], jobs: [working(b)] }, config({ daily: 90 }, { activeRuns: 1 }))))
})

it("what is used of a budget is what was spent, and what those that work may spend", () =>
  assert.deepStrictEqual(
    budgetUse(momentOf({ runs: [a], jobs: [working(a)], spent: [spent(5), spent(1, { githubUser: "bob" })] }, {
      ...config({ daily: 50, dailyPerGithubUser: 20, monthlyPerService: 70 })
    })).map(({ name, promisedUsd, spentUsd, whose = "all" }) => [name, whose, spentUsd, promisedUsd]),
    [
      ["budgets.daily", "all", 6, 10],
      ["budgets.dailyPerGithubUser", "ada", 5, 10],
      ["budgets.dailyPerGithubUser", "bob", 1, 0],
      ["budgets.monthlyPerService", "a", 0, 10],
      ["budgets.monthlyPerService", "api", 6, 0]
    ]
  ))
