import { assert, describe, it } from "@effect/vitest"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Result } from "effect"
import fc from "fast-check"
import { liveRun } from "../../src/facts/LiveRun.ts"
import { runFacts } from "../../src/facts/Run.ts"
import { makeCodeRun, makeDocsRun } from "../fixtures/Runs.ts"
import { finished, running } from "../fixtures/Statuses.ts"

describe("the current attempt", () => {
  it.each<{ name: string; run: CustomObject; want: string }>([
    { name: "of a new run is the first", run: makeCodeRun(), want: "code-api-v1-3f9c2a1b" },
    {
      name: "of a new run with a version of its own is that",
      run: makeCodeRun({ spec: { contextVersion: 4 } }),
      want: "code-api-v4-3f9c2a1b"
    },
    {
      name: "is the raised one",
      run: makeCodeRun({ spec: { contextVersion: 2 }, status: finished("Failed", "AgentError") }),
      want: "code-api-v2-3f9c2a1b"
    },
    {
      name: "never goes back",
      run: makeCodeRun({ status: running({ contextVersion: 2 }) }),
      want: "code-api-v2-3f9c2a1b"
    },
    {
      name: "counts the automatic retries of its version",
      run: makeCodeRun({
        status: running({
          retryCount: 2,
          attempts: [{ contextVersion: 1, retry: 2, jobName: "code-api-v1-r2-3f9c2a1b" }]
        })
      }),
      want: "code-api-v1-r2-3f9c2a1b"
    },
    {
      name: "has no retries of the version before",
      run: makeCodeRun({ spec: { contextVersion: 2 }, status: running({ retryCount: 2 }) }),
      want: "code-api-v2-3f9c2a1b"
    },
    {
      name: "of a DocsRun is always the first",
      run: makeDocsRun({ spec: { contextVersion: 5 } }),
      want: "docs-guide-3f9c2a1b"
    }
  ])(
    "$name",
    ({ run, want }) => assert.strictEqual(runFacts("taskId" in run.spec ? "CodeRun" : "DocsRun", run).jobName, want)
  )
})

it("a DocsRun has one version, whatever its spec holds", () => {
  const { attempt } = runFacts("DocsRun", makeDocsRun({ spec: { contextVersion: 5 } }))
  assert.deepStrictEqual(attempt, { contextVersion: 1, retry: 0 })
})

describe("a run is finished", () => {
  it.each<{ name: string; spec?: object; status?: object; want: string | undefined }>([
    { name: "not before its start", want: undefined },
    { name: "not while it runs", status: running(), want: undefined },
    { name: "when its phase is terminal", status: finished("Failed", "NoChanges"), want: "Failed" },
    {
      name: "not when the spec asks for another attempt",
      spec: { contextVersion: 2 },
      status: finished("Failed", "NoChanges"),
      want: undefined
    },
    { name: "also without a version in an older status", status: { phase: "Succeeded" }, want: "Succeeded" },
    { name: "not with a phase that nobody knows", status: { phase: "Completed" }, want: undefined }
  ])("$name", ({ spec = {}, status, want }) => {
    const run = makeCodeRun({ spec: { ...spec }, status: status === undefined ? undefined : { ...status } })
    const facts = runFacts("CodeRun", run)
    assert.strictEqual(facts.ended ? facts.phase : undefined, want)
  })
})

describe("a stored run", () => {
  it("of any shape is observed", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.option(
          fc.dictionary(fc.constantFrom("phase", "contextVersion", "attempts", "conditions", "x"), fc.jsonValue())
        ),
        (spec, status) => {
          const observed = runFacts("CodeRun", { metadata: {}, spec, ...(status === null ? {} : { status }) })
          assert.isTrue(Number.isInteger(observed.attempt.contextVersion))
        }
      ),
      { numRuns: 300, seed: 20260301 }
    )
  })

  it("keeps everything of a status but the field that does not decode", () => {
    const { status } = liveRun("CodeRun", makeCodeRun({ status: running({ conditions: "none" }) }))
    const { conditions: _, ...rest } = running()
    assert.deepStrictEqual<object>({ ...status }, rest)
  })

  it("is cancelled only by a true", () => {
    const cancelOf = (cancel: unknown) => liveRun("CodeRun", makeCodeRun({ spec: { cancel } })).cancel
    assert.deepStrictEqual([true, false, undefined, "true", 1].map(cancelOf), [true, false, false, false, false])
  })

  it("asks for what its spec says, whatever its status holds", () => {
    assert.isTrue(Result.isSuccess(liveRun("CodeRun", makeCodeRun({ status: { attempts: "none" } })).spec))
  })

  it.each([
    { name: "a first attempt starts afresh", spec: {}, want: false },
    { name: "continueSession resumes", spec: { continueSession: true }, want: true },
    { name: "a raised version resumes", spec: { contextVersion: 2 }, want: true }
  ])("$name", ({ spec, want }) => {
    const observed = liveRun("CodeRun", makeCodeRun({ spec }))
    assert.strictEqual(Result.getOrThrow(observed.spec).resume, want)
  })
})
