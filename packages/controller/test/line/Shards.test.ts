/** What a shard concludes of the runs of others, whose Jobs it does not follow. */
import { assert, describe, it } from "@effect/vitest"
import type { RunFacts } from "../../src/facts/Run.ts"
import { admitted, reachedLimit } from "../../src/line/Admission.ts"
import { placeOf, useOf } from "../../src/line/Place.ts"
import { workspaceOf } from "../../src/line/Turns.ts"
import { jobAt, lineClaim, lineRun, momentOf, type Things } from "../fixtures/SnapshotOf.ts"

const shard = { count: 3, index: 0 }
const mine = lineRun("b")
const made = lineRun("a", { shard: 1 })
const jobName = made.jobName
const attempts = [{ contextVersion: 1, jobName, startedAt: "2026-03-01T08:00:01Z" }]
const running = { phase: "Running", contextVersion: 1, jobName, attempts }
const elsewhere = (status?: Readonly<Record<string, unknown>>, changes: Parameters<typeof lineRun>[1] = {}) =>
  lineRun("a", { shard: 1, ...(status === undefined ? {} : { status }), ...changes })

const live = (run: RunFacts) => {
  if (run.ended) throw new Error("expected a run that is live")
  return run
}

const turnOf = (things: Things) => workspaceOf(momentOf({ shard, ...things }), live(mine))?.turn

describe("the turn in a workspace, beside a run of another shard", () => {
  it.each<{ readonly name: string; readonly things: Things; readonly want: object }>([
    {
      name: "that works there by its status",
      things: { runs: [mine, elsewhere(running)], claims: [lineClaim({ holder: mine.uid })] },
      want: { tag: "waiting", behind: "a" }
    },
    {
      name: "that has leased it, whether or not its Job is there",
      things: { runs: [mine, elsewhere()], claims: [lineClaim({ holder: made.uid })] },
      want: { tag: "waiting", behind: "a" }
    },
    {
      name: "that has leased it and is cancelled: its Job may be there",
      things: {
        runs: [mine, elsewhere(undefined, { spec: { cancel: true } })],
        claims: [lineClaim({ holder: made.uid })]
      },
      want: { tag: "waiting", behind: "a" }
    },
    {
      name: "that has leased it and waits for others now",
      things: {
        runs: [mine, elsewhere(undefined, { spec: { dependsOn: ["absent"] } })],
        claims: [lineClaim({ holder: made.uid })]
      },
      want: { tag: "free" }
    },
    {
      name: "that is older and waits as well",
      things: { runs: [mine, elsewhere()], claims: [lineClaim()] },
      want: { tag: "waiting", behind: "a" }
    },
    {
      name: "that is younger",
      things: { runs: [mine, elsewhere(undefined, { second: 5 })], claims: [lineClaim()] },
      want: { tag: "free" }
    },
    {
      name: "that has ended",
      things: {
        runs: [mine, elsewhere({ ...running, phase: "Succeeded" })],
        claims: [lineClaim({ holder: made.uid })]
      },
      want: { tag: "free" }
    }
  ])("$name", ({ things, want }) => {
    assert.deepStrictEqual(turnOf(things), want)
  })

  it("is what it is where there is one shard: what is not in the stores is not there", () => {
    const things = { runs: [mine, elsewhere(running)], claims: [lineClaim()], shard: { count: 1, index: 0 } }
    assert.deepStrictEqual(turnOf(things), { tag: "waiting", behind: "a" })
    assert.deepStrictEqual(turnOf({ ...things, runs: [mine] }), { tag: "free" })
  })
})

describe("limits of runs at the same time", () => {
  const alone = (name: string, number: number, status?: Readonly<Record<string, unknown>>) =>
    lineRun(name, { shard: number, spec: { service: `of-${name}` }, ...(status === undefined ? {} : { status }) })
  const limits = { activeRuns: 1 }
  const names = (things: Things) => admitted(momentOf({ shard, ...things }, { limits })).map(({ name }) => name)

  it("count the runs of others from when their status has the Job", () => {
    const b = alone("b", 0)
    const other = alone("a", 2)
    const working = alone("a", 2, {
      ...running,
      jobName: other.jobName,
      attempts: [{ ...attempts[0], jobName: other.jobName }]
    })
    assert.deepStrictEqual(names({ runs: [b, working] }), [])
    assert.strictEqual(
      reachedLimit(momentOf({ shard, runs: [b, working] }, { limits }), live(b)),
      "limits.activeRuns is 1"
    )
  })

  it("have one line over all shards: an older run of another one is before", () => {
    assert.deepStrictEqual(names({ runs: [alone("b", 0), alone("a", 2)] }), ["a"])
    assert.deepStrictEqual(names({ runs: [alone("b", 0), alone("c", 2)] }), ["b"])
  })
})

describe("who looks at the runs of other shards", () => {
  it("sees who has a workspace, and that a run which works waits for nobody", () => {
    const moment = momentOf({ shard, runs: [mine, elsewhere(running)], claims: [lineClaim({ holder: made.uid })] })
    assert.deepStrictEqual(useOf(moment, { namespace: mine.namespace, name: lineClaim().name }), {
      holders: ["a"],
      line: ["b"]
    })
    assert.strictEqual(placeOf(moment, made), undefined)
    assert.deepStrictEqual(placeOf(moment, mine)?.runs, ["a"])
  })

  it("its own Jobs count as ever", () => {
    const worker = lineRun("c")
    assert.deepStrictEqual(turnOf({ runs: [mine, worker], jobs: [jobAt(worker)], claims: [lineClaim()] }), {
      tag: "waiting",
      behind: "c"
    })
  })
})
