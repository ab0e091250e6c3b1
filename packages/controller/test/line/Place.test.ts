/** Whom a run waits for, and where it stands in line, for whoever asks. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import { type Place, placeOf, useOf, type WorkspaceUse } from "../../src/line/Place.ts"
import { makeConfig } from "../fixtures/Given.ts"
import { clusterOf, type LineRun, type Lines } from "../fixtures/Lines.ts"
import { namespace } from "../fixtures/Runs.ts"
import { docsRun, jobAt, lineClaim, lineRun, momentOf, podAt, type Things } from "../fixtures/SnapshotOf.ts"
import { finished, now } from "../fixtures/Statuses.ts"

const run = (name: LineRun["name"], changes: Partial<LineRun> = {}): LineRun => ({
  name,
  service: "one",
  dependsOn: [],
  state: "fresh",
  ...changes
})

const lines = (runs: ReadonlyArray<LineRun>, changes: Partial<Lines> = {}): Lines => ({
  runs,
  holders: {},
  limits: {},
  access: "Exclusive",
  ...changes
})

const place = (given: Lines, name: string, briefly = false) => {
  const { access, limits } = given
  const config = makeConfig({ limits, storage: { access } })
  const moment = { snapshot: clusterOf(given).stores, config, now: DateTime.makeUnsafe(now) }
  return placeOf(moment, { kind: "CodeRun", namespace, name }, { briefly })
}

const works = run("a", { state: "works" })
const failed = finished("Failed", "AgentError")
const raised = { spec: { contextVersion: 2 }, status: failed }
const worker = lineRun("w", { spec: { service: "web" } })

describe("a run that waits", () => {
  it.each<{ name: string; given: Lines; of: string; want: Place | undefined }>([
    { name: "for nobody has no place", given: lines([run("a")]), of: "a", want: undefined },
    { name: "no more has none", given: lines([works]), of: "a", want: undefined },
    { name: "and has ended has none", given: lines([run("a", { state: "failed" })]), of: "a", want: undefined },
    { name: "and is unknown has none", given: lines([]), of: "a", want: undefined },
    {
      name: "for the workspace is told who works there, and how many are before it",
      given: lines([works, run("b"), run("c")]),
      of: "c",
      want: { runs: ["a"], position: 2 }
    },
    {
      name: "for its turn is told who is next",
      given: lines([run("a"), run("b"), run("c")]),
      of: "c",
      want: { runs: ["a"], position: 3 }
    },
    {
      name: "is not behind those that wait for others, or pause",
      given: lines([works, run("b", { dependsOn: ["c"] }), run("d", { state: "paused" }), run("c")]),
      of: "c",
      want: { runs: ["a"], position: 1 }
    },
    {
      name: "for those that it depends on is told which have not succeeded",
      given: lines([works, run("b", { state: "succeeded" }), run("c", { dependsOn: ["a", "b"] })]),
      of: "c",
      want: { runs: ["a"] }
    },
    {
      name: "for a slot is told the limit, and how many are before it",
      given: lines([works, run("b", { service: "two" }), run("c", { service: "two" })], { limits: { activeRuns: 1 } }),
      of: "b",
      want: { runs: [], limit: "limits.activeRuns is 1", position: 1 }
    }
  ])("$name", ({ given, of, want }) => assert.deepStrictEqual(place(given, of), want))

  it.each<{ name: string; things: Things; limits?: object; want: Place | undefined }>([
    {
      name: "for its own former pod is told no run, and its place",
      things: { runs: [lineRun("c", raised)], pods: [podAt(lineRun("c"))] },
      want: { runs: [], position: 1 }
    },
    {
      name: "for a claim that is being deleted is told no run, and its place",
      things: { runs: [lineRun("c")], claims: [lineClaim({ deleting: true })] },
      want: { runs: [], position: 1 }
    },
    {
      name: "for one that does not exist is told its name",
      things: { runs: [lineRun("c", { spec: { dependsOn: ["none"] } })] },
      want: { runs: ["none"] }
    },
    {
      name: "for one that has failed is told no run: it ends",
      things: { runs: [lineRun("a", { status: failed }), lineRun("c", { spec: { dependsOn: ["a"] } })] },
      want: { runs: [] }
    },
    {
      name: "for a slot stands behind runs of every kind",
      things: {
        runs: [worker, docsRun("b", { second: 1 }), lineRun("c", { second: 2 }), docsRun("d", { second: 3 })],
        jobs: [jobAt(worker, { claim: "workspace-web" })]
      },
      limits: { activeRuns: 1 },
      want: { runs: [], limit: "limits.activeRuns is 1", position: 2 }
    },
    {
      name: "because it is suspended has no place, whoever works in its workspace",
      things: {
        runs: [lineRun("c", { spec: { suspend: true } }), lineRun("b")],
        jobs: [jobAt(lineRun("b"))]
      },
      want: undefined
    },
    {
      name: "for nobody any more since its Job is there has no place, whatever it depends on",
      things: { runs: [lineRun("c", { spec: { dependsOn: ["none"] } })], jobs: [jobAt(lineRun("c"))] },
      want: undefined
    },
    {
      name: "for the workspace stands behind runs of its tenant alone",
      things: {
        runs: [lineRun("a", { spec: { service: "web" } }), lineRun("w"), lineRun("b"), lineRun("c")],
        jobs: [jobAt(lineRun("w"))]
      },
      want: { runs: ["w"], position: 2 }
    }
  ])("$name", ({ limits = {}, things, want }) => {
    assert.deepStrictEqual(placeOf(momentOf(things, { limits }), { kind: "CodeRun", namespace, name: "c" }), want)
  })

  it("for a slot needs no workspace to be told so", () => {
    const things = { runs: [worker, docsRun("d")], jobs: [jobAt(worker, { claim: "workspace-web" })] }
    const key = { kind: "DocsRun", namespace, name: "d" } as const
    const want = { runs: [], limit: "limits.activeRuns is 1", position: 1 }
    assert.deepStrictEqual(placeOf(momentOf(things, { limits: { activeRuns: 1 } }), key), want)
    assert.isUndefined(placeOf(momentOf(things), key))
  })

  it("for a slot is not looked for where only its neighbours are asked for", () => {
    const given = lines([works, run("b", { service: "two" })], { limits: { activeRuns: 1 } })
    assert.isUndefined(place(given, "b", true))
  })

  it("among many is told its neighbours alone", () => {
    assert.deepStrictEqual(place(lines([works, run("b"), run("c")]), "c", true), { runs: ["a"] })
  })
})

const mounted = (run: ReturnType<typeof lineRun>) => jobAt(run, { claim: "workspace-api" })
const aged = (name: string, second = 0, more: object = {}) => lineRun(name, { second, ...more })

describe("a workspace", () => {
  it.each<{ name: string; given: Things; want: WorkspaceUse }>([
    { name: "that nobody asks for is nobody's", given: {}, want: { holders: [], line: [] } },
    {
      name: "is whose Job is at work in it; the others wait in the order of their age",
      given: { runs: [aged("w"), aged("c", 3), aged("b", 4)], jobs: [mounted(aged("w"))] },
      want: { holders: ["w"], line: ["c", "b"] }
    },
    {
      name: "is also a run's that nobody knows any more",
      given: { jobs: [mounted(aged("w"))] },
      want: { holders: ["a deleted run"], line: [] }
    },
    {
      name: "is that of the run which its annotation names, as long as that could start",
      given: { runs: [aged("w"), aged("b", 1)], claims: [lineClaim({ holder: "w-uid" })] },
      want: { holders: ["w"], line: ["b"] }
    },
    {
      name: "is nobody's when that run has ended",
      given: {
        runs: [aged("w", 0, { status: failed }), aged("b", 1)],
        claims: [lineClaim({ holder: "w-uid" })]
      },
      want: { holders: [], line: ["b"] }
    },
    {
      name: "has nobody in its line who waits for other runs, or for another workspace",
      given: {
        runs: [aged("d", 0, { spec: { dependsOn: ["none"] } }), lineRun("other", { spec: { service: "web" } })]
      },
      want: { holders: [], line: [] }
    }
  ])("$name", ({ given, want }) => {
    assert.deepStrictEqual(useOf(momentOf(given), { namespace, name: "workspace-api" }), want)
  })
})
