/** Runs that depend on one another, share workspaces and slots and hold what others want: some can always go on, and no two meet. */
import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import type { Action } from "../../src/decide/Action.ts"
import { anyLines, clusterOf, type LineRun, type Lines } from "../fixtures/Lines.ts"

const isLive = ({ state }: LineRun) => state !== "succeeded" && state !== "failed"
const starts = (actions: ReadonlyArray<Action>) => actions.some(({ _tag }) => _tag === "CreateJob")
const ends = (actions: ReadonlyArray<Action>) =>
  actions.some((action) => action._tag === "WriteStatus" && action.status["finishedAt"] !== undefined)

/** Whether nothing but workspace and slots can keep a run from starting. */
const isReady = ({ runs }: Lines) => ({ dependsOn, state }: LineRun): boolean =>
  state === "again" ||
  ((state === "fresh" || state === "raised") &&
    dependsOn.every((name) => runs.find((run) => run.name === name)?.state === "succeeded"))

/** A pause keeps the workspace in which the run goes on afterwards. */
const isKeptByPause = ({ access, holders, runs }: Lines) => ({ service }: LineRun): boolean =>
  access === "Exclusive" &&
  runs.some((run) => run.state === "paused" && run.name === holders[service] && run.service === service)

const mostOf = (values: ReadonlyArray<string>): number =>
  Math.max(0, ...values.map((value) => values.filter((other) => other === value).length))

const decisions = (lines: Lines) => {
  const { decide } = clusterOf(lines)
  const decided = lines.runs.filter(isLive).map((run) => ({ ...run, actions: decide(run.name) }))
  return {
    starting: decided.filter(({ actions }) => starts(actions)),
    ended: decided.some(({ actions }) => ends(actions))
  }
}

describe("any runs of two services", () => {
  it("never all wait for one another: while nobody works, one that waits for nobody starts", () => {
    fc.assert(
      fc.property(anyLines, (lines) => {
        fc.pre(lines.runs.every(({ state }) => state !== "works"))
        const { ended, starting } = decisions(lines)
        if (!lines.runs.some((run) => isReady(lines)(run) && !isKeptByPause(lines)(run))) return
        assert.isTrue(ended || starting.length > 0)
      }),
      { numRuns: 300 }
    )
  })

  it("never start two in one workspace, nor one where another works, nor more than the limits", () => {
    fc.assert(
      fc.property(anyLines, (lines) => {
        const { starting } = decisions(lines)
        const together = [...starting, ...lines.runs.filter(({ state }) => state === "works")]
        const services = together.map(({ service }) => service)
        if (starting.length === 0) return
        const { activeRuns = Infinity, activeRunsPerService = Infinity } = lines.limits
        const working = lines.runs.length - starting.length
        const before = lines.runs.filter(({ state }) => state === "works").map(({ service }) => service)
        assert.isAtMost(together.length, Math.max(activeRuns, working))
        for (const { service } of starting) {
          assert.isAtMost(services.filter((each) => each === service).length, activeRunsPerService)
          if (lines.access === "Exclusive") assert.notInclude(before, service)
        }
        if (lines.access === "Exclusive") assert.isAtMost(mostOf(starting.map(({ service }) => service)), 1)
      }),
      { numRuns: 300 }
    )
  })

  it("all end, and never work two in one workspace, whatever is raised and however old the decisions are that are performed", () => {
    fc.assert(
      fc.property(anyLines, fc.infiniteStream(fc.nat(999)), (given, dice) => {
        const runs = given.runs.map((run) => run.state === "paused" ? { ...run, state: "again" as const } : run)
        const cluster = clusterOf({ ...given, runs, access: "Exclusive" })
        const pick = <A>(list: ReadonlyArray<A>) => list[(dice.next().value ?? 0) % list.length]
        const names = runs.map(({ name }) => name)
        const atWork = () => cluster.working().map(({ claim = "" }) => claim)
        const most = Math.max(1, mostOf(atWork()))
        const decided = new Map<string, ReadonlyArray<Action>>()
        const look = (name: string) => {
          cluster.perform(decided.get(name) ?? cluster.decide(name))
          decided.delete(name)
          assert.isAtMost(mostOf(atWork()), most)
        }
        for (let step = 0; step < 60; step++) {
          const name = pick(names) ?? ""
          const what = pick(["decide", "decide", "perform", "perform", "end", "raise"])
          if (what === "decide" && !decided.has(name)) decided.set(name, cluster.decide(name))
          if (what === "perform") look(name)
          if (what === "end") cluster.end(name)
          if (what === "raise") cluster.raise(name)
        }
        for (let round = 0; round < 20; round++) {
          for (const { name } of cluster.working()) cluster.end(name)
          for (const name of names) look(name)
        }
        assert.deepStrictEqual(names.filter((name) => !cluster.hasEnded(name)), [])
      }),
      { numRuns: 200 }
    )
  })
})
