import { assert, describe, it } from "@effect/vitest"
import { finalPhase } from "../../src/decide/CurrentAttempt.ts"
import { lastSession } from "../../src/decide/LastSession.ts"
import { isFinished } from "../../src/facts/FinishedRun.ts"
import { observeRun } from "../../src/facts/ObservedRuns.ts"
import { pruneRun } from "../../src/facts/StoredRun.ts"
import { tenantIn, workspacesOf } from "../../src/facts/Stores.ts"
import { makeCodeRun, makeDocsRun, session } from "../fixtures/Runs.ts"
import { finished, running } from "../fixtures/Statuses.ts"

const done = makeCodeRun({ status: finished("Succeeded", "Delivered") })

const cases = [
  { name: "succeeded", run: done, want: true },
  { name: "failed", run: makeCodeRun({ status: finished("Failed", "AgentError") }), want: true },
  { name: "cancelled", run: makeCodeRun({ status: finished("Cancelled", "Cancelled") }), want: true },
  { name: "running", run: makeCodeRun({ status: running() }), want: false },
  { name: "new", run: makeCodeRun(), want: false },
  {
    name: "asked for again",
    run: makeCodeRun({ spec: { contextVersion: 2 }, status: finished("Succeeded", "Delivered") }),
    want: false
  },
  {
    name: "asked for what was long ago",
    run: makeCodeRun({ spec: { contextVersion: 1 }, status: finished("Failed", "AgentError", { contextVersion: 3 }) }),
    want: true
  },
  { name: "of an installation that kept no version", run: makeCodeRun({ status: { phase: "Failed" } }), want: true },
  {
    name: "with a version that is none",
    run: makeCodeRun({ spec: { contextVersion: "2" }, status: { phase: "Failed", contextVersion: "x" } }),
    want: true
  }
]

describe("a run that is", () => {
  it.each(cases)("$name: finished $want, as the decisions say, also of what is kept", ({ run, want }) => {
    const kept = pruneRun("CodeRun")(run)
    assert.deepStrictEqual([isFinished(run), isFinished(kept)], [want, want])
    for (const each of [run, kept]) assert.strictEqual(finalPhase(observeRun("CodeRun", each)) !== undefined, want)
    assert.deepStrictEqual(workspacesOf(kept), workspacesOf(run))
    assert.deepStrictEqual(tenantIn(kept), tenantIn(run))
  })

  it("finished and a DocsRun is known by its name, its end and nothing else", () => {
    const { metadata, spec, status } = pruneRun("DocsRun")(makeDocsRun({ status: finished("Succeeded", "Delivered") }))
    assert.strictEqual(metadata.name, "guide")
    assert.deepStrictEqual(spec, {})
    assert.hasAllKeys(status, ["phase", "reason", "contextVersion", "observedGeneration", "conditions", "attempts"])
  })

  it("finished offers its session to the next run of its service", () => {
    const view = observeRun("CodeRun", pruneRun("CodeRun")(done))
    const next = observeRun("CodeRun", makeCodeRun({ metadata: { name: "next", uid: "another" } }))
    assert.strictEqual(lastSession(next, [view]), session)
  })
})
