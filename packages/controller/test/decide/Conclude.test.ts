/** What is added to the verdict on an attempt: what was saved, what was left out, and what a person does next. */
import { assert, describe, it } from "@effect/vitest"
import { conclude } from "../../src/decide/Conclude.ts"
import type { Verdict } from "../../src/decide/Judge.ts"
import type { ObservedJob } from "../../src/facts/Observed.ts"
import { given, givenDocs, makeConfig } from "../fixtures/Given.ts"
import { endWith, failed, makeJob, makePod } from "../fixtures/Jobs.ts"
import { completed, delivery, failedWith, undelivered } from "../fixtures/Results.ts"
import { makeCodeRun, makeDocsRun } from "../fixtures/Runs.ts"
import { docsRunning, running } from "../fixtures/Statuses.ts"

const observed = given({
  run: makeCodeRun({ status: running() }),
  config: makeConfig({ retry: { infrastructure: 0 } })
})
const ofDocs = givenDocs({ run: makeDocsRun({ status: docsRunning() }) })

const statusOf = (
  of: Pick<Verdict, "reason"> & { readonly message?: string },
  job: Partial<ObservedJob> = {},
  where = observed
) => {
  const { run } = where
  if (run === undefined || run.ended) return assert.fail("there is no run to conclude")
  const verdict = { message: "So it ended.", ...of } as Verdict
  const [action] = conclude({ ...where, run }, makeJob({ end: failed(), ...job }), verdict)
  return action?._tag === "WriteStatus" ? action.status : undefined
}

const podWith = (result: Parameters<typeof endWith>[0]) => ({ pod: makePod({ over: true, ended: endWith(result) }) })
const late = "2026-03-01T09:50:00Z"

describe("an end", () => {
  it.each<{ name: string; reason: Verdict["reason"]; job: Partial<ObservedJob>; want: string }>([
    {
      name: "that a person asked for says where the work is",
      reason: "Cancelled",
      job: podWith(completed()),
      want: "So it ended. Its work was saved on feature/task-12-implementation at 0123456789ab."
    },
    {
      name: "that a person asked for says that no work is anywhere",
      reason: "Cancelled",
      job: podWith(completed({ delivery: undelivered() })),
      want: "So it ended. None of its work was pushed."
    },
    {
      name: "that a person asked for says that a branch has none of the work",
      reason: "Cancelled",
      job: podWith(completed({ delivery: delivery({ changed: false }) })),
      want: "So it ended. None of its work was pushed."
    },
    {
      name: "that a person asked for says nothing of work that nobody knows of",
      reason: "Cancelled",
      job: podWith(failedWith("AgentError")),
      want: "So it ended."
    },
    {
      name: "at the time limit says where the work is",
      reason: "DeadlineExceeded",
      job: podWith(completed()),
      want: "So it ended. Its work was saved on feature/task-12-implementation at 0123456789ab. " +
        "Raise spec.timeoutSeconds and spec.contextVersion to continue in the same session."
    },
    { name: "of its own says it elsewhere", reason: "AgentError", job: podWith(completed()), want: "So it ended." },
    {
      name: "names what was left out of the report",
      reason: "AgentError",
      job: { pod: makePod({ over: true, dropped: [{ path: "usage", expected: "a struct", found: "7" }] }) },
      want: "So it ended. Invalid fields left out of its report: usage (expected a struct)."
    },
    {
      name: "whose pod has had its time to end says what to do about it",
      reason: "Cancelled",
      job: { end: { ...failed(), at: late }, pod: makePod({ node: undefined }) },
      want:
        "So it ended. The pod code-api-v1-3f9c2a1b-x7k2p has not ended; runs that wait for it continue once it is " +
        "gone. If its node is permanently off: kubectl delete pod code-api-v1-3f9c2a1b-x7k2p -n orchestrator --force."
    },
    {
      name: "whose pod may still end says nothing of it",
      reason: "Cancelled",
      job: { end: undefined, pod: makePod() },
      want: "So it ended."
    }
  ])("$name", ({ job, reason, want }) => assert.strictEqual(statusOf({ reason }, job)?.["message"], want))

  it.each<{ reason: Verdict["reason"]; code: string; docs: string }>([
    { reason: "BudgetExceeded", code: "spec.maxCostUsd or spec.maxTurns", docs: "Create the run again." },
    { reason: "DeadlineExceeded", code: "spec.timeoutSeconds", docs: "Create the run again." },
    { reason: "InfraLost", code: "Raise spec.contextVersion to continue in the same workspace.", docs: "Create" },
    { reason: "RateLimited", code: "The run resumes at", docs: "The run resumes at" }
  ])("with $reason says what each kind of run can do next", ({ code, docs, reason }) => {
    const once = { ...ofDocs, config: observed.config }
    assert.include(String(statusOf({ reason })?.["message"]), code)
    assert.include(String(statusOf({ reason }, {}, once)?.["message"]), docs)
  })

  it("of its own leaves nothing to say to anybody", () => {
    for (const where of [observed, { ...ofDocs, config: observed.config }]) {
      assert.strictEqual(statusOf({ reason: "AgentError" }, {}, where)?.["message"], "So it ended.")
    }
  })

  it("that is long leaves room for what is said beside it", () => {
    const message = String(
      statusOf({ reason: "Cancelled", message: "x".repeat(5_000) }, podWith(completed()))?.["message"]
    )
    assert.match(message, /^x{400,512}.*Its work was saved on feature/)
    assert.isBelow(message.length, 700)
  })

  it("after which the run goes on by itself says when, and what was left out as well", () => {
    const job = { pod: makePod({ over: true, dropped: [{ path: "usage", expected: "a struct", found: "7" }] }) }
    const status = statusOf({ reason: "InfraLost" }, job, given({ run: makeCodeRun({ status: running() }) }))
    assert.deepStrictEqual([status?.["phase"], status?.["message"]], [
      "Pending",
      "So it ended. Invalid fields left out of its report: usage (expected a struct). The run resumes at 2026-03-01T10:00:10Z."
    ])
  })
})
