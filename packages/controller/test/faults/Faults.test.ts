/** The fault engine itself, and a small part of what `npm run faults` plays. */
import { assert, describe, it } from "@effect/vitest"
import { type Choices, choose, formatChoices, parseChoices } from "@orchestrator/embedded/faults/Choices"
import type { Fault } from "@orchestrator/embedded/faults/Fault"
import { menuOf } from "@orchestrator/embedded/faults/Menu"
import type { Point } from "@orchestrator/embedded/faults/Simulation"
import { JobKind } from "@orchestrator/k8s/Kinds"
import type { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect } from "effect"
import { type CaseClass, planCases } from "./Cases.ts"
import type { Invariant } from "./Ledger.ts"
import { play } from "./Play.ts"
import { makeRunner, scenarioOf } from "./Runner.ts"
import type { Scenario } from "./Scenario.ts"
import { shrink } from "./Shrink.ts"
import { stepsOf } from "./Steps.ts"

const known = (id: string): Scenario => {
  const scenario = scenarioOf(id)
  if (scenario === undefined) throw new Error(`expected a scenario ${id}`)
  return scenario
}

type Client = KubernetesClient["Service"]

describe("a case", () => {
  it("is the same every time, step by step, whatever was played before", () => {
    for (const [id, choices] of [["S1", []], ["S9", [0, 0, 7]], ["S17L", choose([40, 1], [90, 3])]] as const) {
      const first = stepsOf(known(id), choices)
      stepsOf(known("S4"), choose([20, 2]))
      assert.isAbove(first.length, 60)
      assert.deepStrictEqual(stepsOf(known(id), choices), first)
    }
  })

  it("is a list of integers, which is read as it is written", () => {
    const choices = choose([16, 4], [20, 22], [21, 1])
    assert.strictEqual(formatChoices(choices), "0*16,4,0*3,22,1")
    assert.deepStrictEqual(parseChoices("0*16,4,0*3,22,1"), choices)
    assert.deepStrictEqual(parseChoices("0,0,4"), [0, 0, 4])
    assert.strictEqual(parseChoices("0,x"), undefined)
  })

  it("is made smaller: what it fails without is left out, numbers become the lowest that still fail", () => {
    const fails = (choices: ReadonlyArray<number>) => (choices[3] ?? 0) >= 4
    assert.deepStrictEqual(shrink([1, 0, 7, 40, 0, 9], fails), [0, 0, 0, 4, 0, 0])
  })
})

interface Wrong {
  readonly name: string
  readonly invariant: Invariant
  readonly through: (client: Client) => Client
}

const wrongs: ReadonlyArray<Wrong> = [
  {
    name: "every Job is made twice",
    invariant: "I1",
    through: (client) => ({
      ...client,
      create: (kind, object, options) =>
        kind.kind !== JobKind.kind
          ? client.create(kind, object, options)
          : Effect.tap(client.create(kind, object, options), () =>
            client.create(kind, { ...object, metadata: { ...object.metadata, name: `${object.metadata.name}-x` } }))
    })
  },
  {
    name: "a status is written without its version",
    invariant: "I8",
    through: (client) => ({
      ...client,
      replaceStatus: (kind, object, options) => {
        const { resourceVersion: _, ...metadata } = object.metadata
        return client.replaceStatus(kind, { ...object, metadata }, options)
      }
    })
  },
  {
    name: "statuses are written into the void",
    invariant: "I4",
    through: (client) => ({ ...client, replaceStatus: (_kind, object) => Effect.succeed(object) })
  },
  {
    name: "a Job is never let go",
    invariant: "I9",
    through: (client) => ({
      ...client,
      patch: (kind, ref, patch, options) =>
        kind.kind === JobKind.kind ? client.get(kind, ref) : client.patch(kind, ref, patch, options)
    })
  }
]

describe("what a controller does wrong is found", () => {
  it.each(wrongs)("$name: $invariant", ({ invariant, through }) => {
    const scenario = known("S1")
    const { calm } = play({ scenario, choices: [], calm: undefined, seen: new Map() })
    const { violations } = play({ scenario, choices: [], calm, seen: new Map(), through, wholeWay: true })
    assert.include(violations.map((violation) => violation.invariant), invariant)
  })
})

/** Cases of a scenario: a fault at each of these points. */
const casesOf = (
  id: string,
  isPoint: (point: Point) => boolean,
  isFault: (fault: Fault) => boolean
): ReadonlyArray<{ readonly scenario: Scenario; readonly choices: Choices }> => {
  const scenario = known(id)
  const { points } = play({ scenario, choices: [], calm: undefined, seen: new Map() })
  return points.filter(isPoint).flatMap(({ index, kind }) =>
    menuOf(kind).flatMap(({ fault }, number) =>
      isFault(fault) ? [{ scenario, choices: choose([index, number + 1]) }] : []
    )
  )
}

describe("what was found once stays found", () => {
  it("a run that has worked and was deleted gets no second Job from a controller that sees it as it was before", () => {
    const runner = makeRunner()
    const cases = casesOf(
      "S19T",
      ({ label }) => label.startsWith("create Job"),
      (fault) => fault._tag === "Crash" && fault.older >= 12 && fault.older <= 24
    )
    assert.isAbove(cases.length, 10)
    const violations = cases.flatMap(({ choices, scenario }) => runner.outcomeOf(scenario, choices).violations)
    assert.deepStrictEqual(violations, [])
  })

  it("a Job of somebody else that bears our labels takes no place of limits.activeRuns", () => {
    assert.isAbove(makeRunner().calmOf(known("S20")).points.length, 100)
  })
})

it("some cases of several classes: every invariant holds", { timeout: 300_000 }, () => {
  const runner = makeRunner()
  const measured = ["S1", "S3d", "S9", "S17"].map(known).map((scenario) => ({
    scenario,
    calm: runner.calmOf(scenario)
  }))
  const wanted = new Map<CaseClass, number>([["crash", 50], ["request", 50], ["missed", 20], ["reorder", 20], [
    "watch",
    20
  ]])
  const { cases } = planCases({ measured, wanted, seed: 1 })
  const failures = runner.run(cases).flatMap(({ failure }) => failure ?? [])
  assert.deepStrictEqual(failures, [])
})
