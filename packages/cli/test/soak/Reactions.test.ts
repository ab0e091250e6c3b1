import { assert, describe, it } from "@effect/vitest"
import type { AuditEvent, ObjectFacts } from "../chaos/AuditEvent.ts"
import { percentile, reactionsOf } from "./Reactions.ts"

const facts = (run: string): ObjectFacts => ({
  uid: run,
  version: 1,
  gone: false,
  node: undefined,
  ours: true,
  finalizers: [],
  owners: [],
  run,
  attempt: undefined,
  claims: [],
  phase: undefined,
  contextVersion: undefined,
  attempts: [],
  holder: undefined
})

const event = (answered: number, run: string, more: Partial<AuditEvent>): AuditEvent => ({
  user: "somebody",
  life: undefined,
  sentAt: answered,
  received: answered,
  answered,
  verb: "create",
  resource: "coderuns",
  namespace: "here",
  name: run,
  code: 201,
  object: facts(run),
  fenced: true,
  tells: false,
  ...more
})

const job = (at: number, run: string) => event(at, run, { resource: "jobs" })
const status = (at: number, run: string) => event(at, run, { resource: "coderuns/status", verb: "update", code: 200 })

describe("how soon runs get their Jobs", () => {
  it.each<{ title: string; events: ReadonlyArray<AuditEvent>; want: ReadonlyArray<number> }>([
    { title: "from the run's answer to the Job's", events: [event(10, "a", {}), job(60, "a")], want: [50] },
    {
      title: "to the first Job of several",
      events: [event(10, "a", {}), job(60, "a"), status(70, "a"), job(90, "a")],
      want: [50]
    },
    {
      title: "not where the run was told to wait",
      events: [event(10, "a", {}), status(20, "a"), job(60, "a")],
      want: []
    },
    { title: "not where it was never started", events: [event(10, "a", {})], want: [] },
    {
      title: "not by a Job that was refused",
      events: [event(10, "a", {}), event(20, "a", { resource: "jobs", code: 409 }), job(60, "a")],
      want: [50]
    }
  ])("$title", ({ events, want }) => assert.deepStrictEqual(reactionsOf(events, []).map(({ millis }) => millis), want))

  it("are told apart by whether something was wrong in that time, or half a minute before", () => {
    const events = [event(50_000, "a", {}), job(50_100, "a")]
    const disturbed = (from: number, to: number) => reactionsOf(events, [{ from, to }]).map((each) => each.disturbed)
    assert.deepStrictEqual(disturbed(10_000, 19_000), [false])
    assert.deepStrictEqual(disturbed(10_000, 25_000), [true])
    assert.deepStrictEqual(disturbed(50_050, Infinity), [true])
    assert.deepStrictEqual(disturbed(50_200, 50_300), [false])
  })

  it("have percentiles that are one of them", () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index)
    assert.deepStrictEqual([0.5, 0.99, 1].map((share) => percentile(values, share)), [50, 99, 100])
    assert.strictEqual(percentile([], 0.5), 0)
  })
})
