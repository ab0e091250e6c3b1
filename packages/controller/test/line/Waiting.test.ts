/** Which runs stand in line, and in which order. */
import { assert, describe, it } from "@effect/vitest"
import type { RunFacts } from "../../src/facts/Run.ts"
import { isBefore, isInLine, isReady, startObstacle } from "../../src/line/Waiting.ts"
import { docsRun, jobAt, lineRun, momentOf, type Things } from "../fixtures/SnapshotOf.ts"
import { finished, pausedFor } from "../fixtures/Statuses.ts"

const dependent = { spec: { dependsOn: ["other"] } }
const retried = pausedFor("InfraLost", "2026-03-01T09:40:00Z")

describe("a run", () => {
  it.each<{ name: string; run: RunFacts; things?: Things; ready: boolean; inLine: boolean }>([
    { name: "that nothing was done for yet", run: lineRun("a"), ready: true, inLine: true },
    { name: "that leases no workspace", run: docsRun("a"), ready: true, inLine: true },
    {
      name: "that has ended",
      run: lineRun("a", { status: finished("Failed", "AgentError") }),
      ready: false,
      inLine: false
    },
    { name: "that is being deleted", run: lineRun("a", { deleting: true }), ready: false, inLine: false },
    { name: "that was cancelled", run: lineRun("a", { spec: { cancel: true } }), ready: false, inLine: false },
    { name: "whose spec cannot be read", run: lineRun("a", { spec: { taskId: "x" } }), ready: false, inLine: false },
    { name: "that is suspended", run: lineRun("a", { spec: { suspend: true } }), ready: false, inLine: false },
    {
      name: "whose Job is there",
      run: lineRun("a"),
      things: { jobs: [jobAt(lineRun("a"))] },
      ready: false,
      inLine: false
    },
    {
      name: "that waits for another to end",
      run: lineRun("a", dependent),
      things: { runs: [lineRun("other")] },
      ready: false,
      inLine: false
    },
    {
      name: "that is tried again, whatever it depends on",
      run: lineRun("a", { ...dependent, status: retried }),
      things: { runs: [lineRun("other")] },
      ready: true,
      inLine: true
    },
    {
      name: "that pauses",
      run: lineRun("a", { status: pausedFor("RateLimited", "2026-03-01T10:00:01Z") }),
      ready: true,
      inLine: false
    }
  ])("$name is ready: $ready, and in line: $inLine", ({ inLine, ready, run, things = {} }) => {
    const moment = momentOf({ ...things, runs: [run, ...things.runs ?? []] })
    assert.deepStrictEqual([isReady(moment.snapshot, run), isInLine(moment, run)], [ready, inLine])
  })

  it.each<{ name: string; other: RunFacts; things?: Things; want: string }>([
    { name: "that waits for it as well", other: lineRun("other", { spec: { dependsOn: ["a"] } }), want: "cycle" },
    {
      name: "that waited for it, and whose Job is there",
      other: lineRun("other", { spec: { dependsOn: ["a"] } }),
      things: { jobs: [jobAt(lineRun("other"))] },
      want: "unfinished"
    },
    {
      name: "that waited for it, and is tried again",
      other: lineRun("other", { spec: { dependsOn: ["a"] }, status: retried }),
      want: "unfinished"
    },
    { name: "of another kind", other: docsRun("other"), want: "missing" }
  ])("that depends on one $name: $want", ({ other, things = {}, want }) => {
    const run = lineRun("a", dependent)
    if (run.ended) return assert.fail("the run has ended")
    const { snapshot } = momentOf({ ...things, runs: [run, other] })
    assert.strictEqual(startObstacle(snapshot, run)?.tag, want)
  })

  it.each<{ name: string; left: RunFacts; right: RunFacts; want: boolean }>([
    { name: "an older one", left: lineRun("b"), right: lineRun("a", { second: 1 }), want: true },
    { name: "a younger one", left: lineRun("a", { second: 1 }), right: lineRun("b"), want: false },
    {
      name: "a younger one of a higher priority",
      left: lineRun("b", { second: 1, spec: { priority: "high" } }),
      right: lineRun("a"),
      want: true
    },
    {
      name: "an older one of a lower priority",
      left: lineRun("a", { spec: { priority: "low" } }),
      right: lineRun("b", { second: 1 }),
      want: false
    },
    {
      name: "one of a higher priority that was made more than a day later",
      left: lineRun("b", { second: 86_401, spec: { priority: "high" } }),
      right: lineRun("a"),
      want: false
    },
    { name: "one of the same second, by its name", left: lineRun("a"), right: lineRun("b"), want: true },
    { name: "one of the same second, by its name, not", left: lineRun("b"), right: lineRun("a"), want: false },
    { name: "one and the same, not", left: lineRun("a"), right: lineRun("a"), want: false }
  ])("comes before another: $name", ({ left, right, want }) => assert.strictEqual(isBefore(left, right), want))
})
