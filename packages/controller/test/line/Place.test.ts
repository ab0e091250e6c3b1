/** Whom a run waits for, and where it stands in line, for whoever asks. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import { type Place, placeOf } from "../../src/line/Place.ts"
import { makeConfig } from "../fixtures/Given.ts"
import { clusterOf, type LineRun, type Lines } from "../fixtures/Lines.ts"
import { namespace } from "../fixtures/Runs.ts"
import { now } from "../fixtures/Statuses.ts"

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

  it("among many is told its neighbours alone", () => {
    assert.deepStrictEqual(place(lines([works, run("b"), run("c")]), "c", true), { runs: ["a"] })
  })
})
