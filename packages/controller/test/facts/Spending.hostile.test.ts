/** What was spent, whatever statuses and ledgers hold, and however often and by whom it is told. */
import { assert, describe, it } from "@effect/vitest"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { makeFactStore } from "@orchestrator/k8s/Store"
import fc from "fast-check"
import {
  attemptKey,
  formatSpent,
  type LedgerFacts,
  ledgerFacts,
  ledgerNames,
  ledgerOf,
  newLedger,
  readSpent,
  type Spent,
  usdOf
} from "../../src/facts/Ledger.ts"
import { attemptsIn, everybody, makeSpending } from "../../src/facts/Spending.ts"
import { makePod } from "../fixtures/Jobs.ts"

const namespace = "orchestrator"

const run = (attempts: unknown, spec: object = {}): CustomObject => ({
  metadata: { name: "a", namespace },
  spec: { githubUser: "Ada", service: "api", ...spec },
  status: { attempts }
})

const attempt = (jobName: unknown, costUsd: unknown, finishedAt: unknown = "2026-03-01T10:00:00Z") => ({
  jobName,
  finishedAt,
  usage: { costUsd }
})

const line = (jobName: string, usd: number, changes: Partial<Spent> = {}): Spent => ({
  attempt: attemptKey(namespace, jobName),
  day: "2026-03-01",
  micros: usd * 1e6,
  githubUser: "ada",
  service: "api",
  ...changes
})

const begin = () => {
  const ledger = makeFactStore<LedgerFacts>()
  const spending = makeSpending(ledger, namespace)
  let version = 1
  const write = (lines: ReadonlyArray<Spent>, name = "orchestrator-spending-0", place = namespace) => {
    const data = Object.fromEntries(lines.map((each) => [each.attempt, formatSpent(each)]))
    const map = newLedger(place, name, data)
    ledger.put(ledgerFacts({ ...map, metadata: { ...map.metadata, uid: name, resourceVersion: String(++version) } }))
  }
  const usd = (period: string, account = everybody) => usdOf(spending.spent(period, account))
  return { ledger, spending, write, usd }
}

describe("what the attempts of a status have cost", () => {
  it.each([
    { name: "a number that is none", given: [attempt("j", Number.NaN)] },
    { name: "less than nothing", given: [attempt("j", -5)] },
    { name: "no end of money", given: [attempt("j", Infinity)] },
    { name: "a text", given: [attempt("j", "5")] },
    { name: "no Job", given: [attempt(undefined, 5), attempt(7, 5), attempt("x".repeat(300), 5)] },
    { name: "no end", given: [attempt("j", 5, "soon"), attempt("j", 5, null), attempt("j", 5, 7)] },
    { name: "no attempts", given: "attempts" },
    { name: "no objects", given: [null, 7, "x", [[]]] }
  ])("is nothing for $name", ({ given }) => assert.deepStrictEqual(attemptsIn(run(given)), []))

  it("is what each says, on the day in UTC on which it ended", () =>
    assert.deepStrictEqual(
      attemptsIn(run([attempt("j1", 1.5, "2026-03-01T23:30:00-02:00"), attempt("j2", 1e12)])).map(formatSpent),
      ["2026-03-02 1.5 ada api", "2026-03-01 1000000 ada api"]
    ))
})

describe("a line of the ledger", () => {
  it("is read as it was written", () =>
    fc.assert(fc.property(
      fc.record({
        attempt: fc.constant("orchestrator.j"),
        day: fc.constantFrom("2026-03-01", "1970-01-01"),
        micros: fc.nat(2_000_000_000),
        githubUser: fc.constantFrom("", "ada"),
        service: fc.constantFrom("", "api", "x".repeat(63))
      }),
      fc.boolean(),
      (spent, reserved) => {
        const given = reserved ? { ...spent, reserved: true as const } : spent
        assert.deepStrictEqual(readSpent(spent.attempt, formatSpent(given)), given)
      }
    )))

  it.each([
    "",
    "2026-03-01",
    "2026-03-01 -5 ada api",
    "2026-03-01 NaN ada api",
    "2026-03-01 1e99 ada api",
    "2026-03-01 5 ada",
    "yesterday 5 ada api",
    "2026-03-01 5 ada api never",
    `2026-03-01 5 ${"x".repeat(100)} api`
  ])("is none: %s", (text) => assert.isUndefined(readSpent("orchestrator.j", text)))
})

describe("what was spent", () => {
  it("counts an attempt once, whoever tells of it and however often; the ledger's word counts", () => {
    const { spending, usd, write } = begin()
    spending.see(run([attempt("j", 2)]))
    spending.see(run([attempt("j", 2)]))
    assert.strictEqual(usd("2026-03-01"), 2)
    assert.lengthOf(spending.unrecorded(), 1)
    write([line("j", 3)])
    spending.see(run([attempt("j", 2)]))
    assert.deepStrictEqual([usd("2026-03-01"), usd("2026-03"), usd("2026-03-02")], [3, 3, 0])
    assert.deepStrictEqual([usd("2026-03-01", "githubUser ada"), usd("2026-03-01", "service api")], [3, 3])
    assert.lengthOf(spending.unrecorded(), 0)
  })

  it("is told by statuses again where the ledger is deleted", () => {
    const { ledger, spending, usd, write } = begin()
    spending.see(run([attempt("j", 2)]))
    write([line("j", 2), line("gone", 5)])
    assert.strictEqual(usd("2026-03"), 7)
    const stored = ledger.get({ namespace, name: "orchestrator-spending-0" })
    if (stored !== undefined) ledger.remove(stored)
    assert.strictEqual(usd("2026-03"), 2)
    assert.lengthOf(spending.unrecorded(), 1)
  })

  it("is nobody else's to say: another namespace's ConfigMap, or one of another name", () => {
    const { usd, write } = begin()
    write([line("j", 5)], "orchestrator-spending-0", "team-b")
    write([line("k", 5)], "orchestrator-spending-16")
    assert.strictEqual(usd("2026-03"), 0)
  })

  it("is what lines come to, whatever is written in whatever order", () =>
    fc.assert(fc.property(
      fc.array(
        fc.record({
          name: fc.constantFrom("a", "b", "c"),
          usd: fc.integer({ min: 0, max: 9 }),
          by: fc.constantFrom("status", "ledger"),
          day: fc.constantFrom("2026-03-01", "2026-03-02")
        }),
        { maxLength: 20 }
      ),
      (steps) => {
        const { spending, usd, write } = begin()
        const told = new Map<string, Spent>()
        const written = new Map<string, Spent>()
        for (const { by, day, name, usd: cost } of steps) {
          const spent = line(name, cost, { day })
          if (by === "status") {
            spending.see(run([attempt(name, cost, `${day}T10:00:00Z`)]))
            if (cost > 0) told.set(name, spent)
          } else {
            written.set(name, spent)
            write([...written.values()])
          }
        }
        const counted = [...new Map([...told, ...written]).values()]
        const sum = (of: (spent: Spent) => boolean) =>
          usdOf(counted.filter(of).reduce((total, { micros }) => total + micros, 0))
        assert.strictEqual(usd("2026-03"), sum(() => true))
        assert.strictEqual(usd("2026-03-02"), sum(({ day }) => day === "2026-03-02"))
      }
    )))

  it("of months before is none of its business", () => {
    const { spending, usd, write } = begin()
    spending.see(run([attempt("old", 2, "2026-02-28T23:59:59Z"), attempt("new", 3)]))
    write([line("older", 4, { day: "2026-01-01" })])
    assert.deepStrictEqual(spending.forgetBefore("2026-03").map((each) => each.attempt), [`${namespace}.older`])
    spending.see(run([attempt("old", 2, "2026-02-28T23:59:59Z")]))
    assert.deepStrictEqual([usd("2026-02"), usd("2026-03")], [0, 3])
    assert.deepStrictEqual(spending.unrecorded().map((each) => each.attempt), [`${namespace}.new`])
  })

  it("of a run that was deleted while it worked is corrected by what its pod says, and by nothing else", () => {
    const { spending, write } = begin()
    const pod = (name: string, over: boolean) =>
      makePod({ name, namespace, over, jobs: [{ name, uid: "u" }], words: { agent: undefined, broker: undefined } })
    write([line("j", 9, { reserved: true }), line("k", 1)])
    spending.podSeen(pod("j", false), false)
    spending.podSeen(pod("j", true), true)
    spending.podSeen(pod("k", true), true)
    assert.deepStrictEqual(spending.corrected(), [])
  })

  it("is spread over the ConfigMaps whose names are known", () => {
    const names = new Set(Array.from({ length: 500 }, (_, index) => ledgerOf(`orchestrator.code-run-${index}`)))
    assert.deepStrictEqual([...names].sort(), [...ledgerNames].sort())
  })
})
