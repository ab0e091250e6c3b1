/** What is said of an edit of the spec while an attempt works. */
import { assert, describe, it } from "@effect/vitest"
import type { Condition } from "@orchestrator/domain/Condition"
import { plan } from "../../src/decide/Plan.ts"
import { specDigest } from "../../src/facts/SpecDigest.ts"
import { givenDocs, givenStarted, presentFiles } from "../fixtures/Given.ts"
import { makeJob, makePod } from "../fixtures/Jobs.ts"
import { writtenStatus } from "../fixtures/PlanCase.ts"
import { docsJobName, makeCodeRun, makeDocsRun } from "../fixtures/Runs.ts"
import { agentRunsFact, docsRunning, now, readyFact, running, started, unfinishedFact } from "../fixtures/Statuses.ts"

const other = "1:0000"
const edited = { generation: 2 }
const same = `1:${specDigest(makeCodeRun().spec)}`
const said = (status: "True" | "False") =>
  running({
    conditions: [
      agentRunsFact(),
      unfinishedFact(started),
      { ...readyFact(status, "Any", "Any.", started), type: "EditPending" }
    ]
  })

const codeRun = (specHash: string, status = running(), metadata: object = edited) =>
  givenStarted({ run: makeCodeRun({ status, metadata }), jobs: [makeJob({ specHash, pod: makePod() })] })

describe("an edit while an attempt works", () => {
  it.each<{ name: string; observed: ReturnType<typeof codeRun>; want: object | undefined }>([
    {
      name: "waits for the next version of a CodeRun",
      observed: codeRun(other),
      want: {
        ...readyFact(
          "True",
          "WaitsForNextAttempt",
          "The spec was changed while this attempt was running. Raise spec.contextVersion to apply the change.",
          now
        ),
        type: "EditPending"
      }
    },
    {
      name: "changes nothing of a DocsRun",
      observed: givenDocs({
        run: makeDocsRun({ status: docsRunning(), metadata: edited }),
        jobs: [makeJob({ name: docsJobName, specHash: other, pod: makePod() })],
        files: presentFiles
      }),
      want: {
        ...readyFact(
          "True",
          "WaitsForNextAttempt",
          "The spec was changed while the run was in progress, which has no effect. Create another DocsRun.",
          now
        ),
        type: "EditPending"
      }
    },
    {
      name: "that was taken back waits no more",
      observed: codeRun(same, said("True")),
      want: { ...readyFact("False", "NoEdit", "The attempt uses the current spec.", now), type: "EditPending" }
    },
    {
      name: "that was taken back before is left at that",
      observed: codeRun(same, said("False")),
      want: { ...readyFact("False", "Any", "Any.", started), type: "EditPending" }
    },
    { name: "of something else is none", observed: codeRun(same), want: undefined }
  ])("$name", ({ observed, want }) => {
    const conditions = (writtenStatus(plan(observed))?.["conditions"] ?? []) as ReadonlyArray<Condition>
    assert.deepStrictEqual<unknown>(conditions.find(({ type }) => type === "EditPending"), want)
  })

  it("of none says nothing", () => assert.lengthOf(plan(codeRun(other, running(), { generation: 1 })).actions, 0))
})
