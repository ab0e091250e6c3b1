import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import type { Obstacle } from "../../src/facts/Observed.ts"
import { runFacts } from "../../src/facts/Run.ts"
import { obstacleOf } from "../../src/line/Dependencies.ts"
import { makeCodeRun } from "../fixtures/Runs.ts"
import { finished, running } from "../fixtures/Statuses.ts"

type Node = readonly [
  dependsOn: ReadonlyArray<string>,
  status?: Readonly<Record<string, unknown>> | undefined,
  spec?: Readonly<Record<string, unknown>>
]

const viewOf = (name: string, [dependsOn, status, spec]: Node) =>
  runFacts("CodeRun", makeCodeRun({ metadata: { name, uid: `${name}-uid` }, spec: { dependsOn, ...spec }, status }))

const obstacle = (world: Readonly<Record<string, Node>>, name = "a"): Obstacle | undefined => {
  const runs = new Map(Object.entries(world).map(([each, node]) => [each, viewOf(each, node)]))
  const run = runs.get(name)
  if (run === undefined || run.ended) return assert.fail("nothing to ask for")
  return obstacleOf(run, { find: (each) => runs.get(each), hasBegun: ({ attempt }) => attempt.retry > 0 })
}

const done = finished("Succeeded", "Delivered")
const broken = finished("Failed", "AgentError")
const merged = { ...done, conditions: [{ type: "Merged", status: "True", reason: "Merged" }] }
const afterMerge = { dependsOnMerged: true }

describe("what keeps a run from starting", () => {
  it.each<{ name: string; world: Readonly<Record<string, Node>>; want: Obstacle | undefined }>([
    { name: "nothing, where it depends on nothing", world: { a: [[]] }, want: undefined },
    {
      name: "nothing, once all have succeeded",
      world: { a: [["b", "c"]], b: [[], done], c: [[], done] },
      want: undefined
    },
    {
      name: "those whose pull requests are not merged, for one that waits for that",
      world: { a: [["b", "c"], undefined, afterMerge], b: [[], done], c: [[], merged] },
      want: { tag: "unmerged", names: ["b"] }
    },
    {
      name: "nothing, once all are merged or had nothing to merge",
      world: { a: [["b", "c"], undefined, afterMerge], b: [[], merged], c: [[], finished("Succeeded", "NoChanges")] },
      want: undefined
    },
    {
      name: "those that have not ended, before their merges",
      world: { a: [["b", "c"], undefined, afterMerge], b: [[]], c: [[], done] },
      want: { tag: "unfinished", names: ["b"] }
    },
    {
      name: "those that have not ended",
      world: { a: [["b", "c", "d"]], b: [[], done], c: [[]], d: [[], running()] },
      want: { tag: "unfinished", names: ["c", "d"] }
    },
    {
      name: "one that is tried again after it had succeeded",
      world: { a: [["b"]], b: [[], { ...done, contextVersion: 0 }] },
      want: { tag: "unfinished", names: ["b"] }
    },
    {
      name: "one that failed, whatever else there is",
      world: { a: [["x", "b", "c"]], b: [["a"]], c: [[], broken] },
      want: { tag: "failed", name: "c", phase: "Failed" }
    },
    { name: "one that does not exist", world: { a: [["b", "x"]], b: [[]] }, want: { tag: "missing", names: ["x"] } },
    { name: "itself", world: { a: [["a"]] }, want: { tag: "cycle", path: ["a", "a"] } },
    {
      name: "itself over others, by the shortest way",
      world: { a: [["b", "c"]], b: [["d"]], c: [["a"]], d: [["a"]] },
      want: { tag: "cycle", path: ["a", "c", "a"] }
    },
    {
      name: "not itself over one that has succeeded",
      world: { a: [["b"]], b: [["a"], done] },
      want: undefined
    },
    {
      name: "not a ring that others form",
      world: { a: [["b"]], b: [["c"]], c: [["b"]] },
      want: { tag: "unfinished", names: ["b"] }
    }
  ])("$name", ({ want, world }) => assert.deepStrictEqual(obstacle(world), want))

  it("is itself also before the store has the run", () => {
    const run = viewOf("a", [["a"]])
    if (run.ended) return assert.fail("the run has ended")
    assert.deepStrictEqual(obstacleOf(run, { find: () => undefined, hasBegun: () => false }), {
      tag: "cycle",
      path: ["a", "a"]
    })
    return undefined
  })

  it("is not what a run that cannot be read depends on", () => {
    const unread = runFacts(
      "CodeRun",
      makeCodeRun({ metadata: { name: "b" }, spec: { dependsOn: ["a"], taskId: "x" } })
    )
    const run = viewOf("a", [["b"]])
    if (run.ended) return assert.fail("the run has ended")
    const obstacle = obstacleOf(run, { find: (name) => name === "b" ? unread : undefined, hasBegun: () => false })
    assert.deepStrictEqual(obstacle, { tag: "unfinished", names: ["b"] })
    return undefined
  })

  it("is found for any graph, and a graph without rings has none", () => {
    const names = ["a", "b", "c", "d", "e", "f"]
    fc.assert(fc.property(
      fc.tuple(...names.map((_, index) => fc.subarray(names.slice(index + 1)))),
      (edges) => {
        const world = Object.fromEntries(names.map((name, index): [string, Node] => [name, [edges[index] ?? []]]))
        for (const name of names) assert.notStrictEqual(obstacle(world, name)?.tag, "cycle")
        const ring: Readonly<Record<string, Node>> = { ...world, f: [["a"]] as const }
        const way = (name: string, met = new Set<string>()): boolean =>
          name === "f" || (ring[name]?.[0] ?? []).some((next) => !met.has(next) && way(next, met.add(next)))
        assert.strictEqual(obstacle(ring, "a")?.tag === "cycle", way("a"))
      }
    ))
  })
})
