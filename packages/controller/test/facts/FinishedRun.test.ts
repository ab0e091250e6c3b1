import { assert, describe, it } from "@effect/vitest"
import { lastSession } from "../../src/decide/LastSession.ts"
import { runFacts } from "../../src/facts/Run.ts"
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
  it.each(cases)("$name: finished $want", ({ run, want }) => {
    const facts = runFacts("CodeRun", run)
    assert.strictEqual(facts.ended, want)
    assert.strictEqual(facts.tenant?.workspaces[0], "orchestrator/workspace-api")
  })

  it("finished and a DocsRun is known by its name, its end and nothing else", () => {
    const { name, status, tenant } = runFacts("DocsRun", makeDocsRun({ status: finished("Succeeded", "Delivered") }))
    assert.deepStrictEqual([name, tenant], ["guide", undefined])
    assert.hasAllKeys(status, ["phase", "reason", "contextVersion", "attempts"])
  })

  it("finished offers its session to the next run of its service", () => {
    const next = runFacts("CodeRun", makeCodeRun({ metadata: { name: "next", uid: "another" } }))
    assert.strictEqual(lastSession(next, [runFacts("CodeRun", done)]), session)
  })
})
