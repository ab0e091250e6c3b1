import { assert, describe, it } from "@effect/vitest"
import type { AgentResult } from "@orchestrator/domain/AgentResult"
import { judgeAgent, judgeJob } from "../src/Judge.ts"
import type { AgentEnd, JobEnd } from "../src/Observed.ts"
import { complete, endWith, failed, makeJob, silentEnd } from "./fixtures/Jobs.ts"
import { completed, delivery, failedWith, interrupted, undelivered } from "./fixtures/Results.ts"

/** The Job controller's last words, and what we did ourselves. */
const circumstances = {
  "not yet ended": {},
  complete: { end: complete },
  failed: { end: failed() },
  "at its time limit": { end: failed("DeadlineExceeded") },
  "disrupted": { end: failed("PodFailurePolicy") },
  stopped: { stopping: true, end: failed("DeadlineExceeded") },
  "being deleted": { deleting: true }
} as const

/** Reason by circumstance, in the order above; undefined: not to be told yet. */
const table: ReadonlyArray<readonly [name: string, end: AgentEnd, reasons: ReadonlyArray<string | undefined>]> = [
  ["delivered", endWith(completed()), Array(7).fill("Delivered")],
  ["changed nothing", endWith(completed({ delivery: undelivered({ changed: false }) })), Array(7).fill("NoChanges")],
  [
    "changed nothing, but the branch is there from before",
    endWith(completed({ delivery: delivery({ changed: false }) })),
    Array(7).fill("NoChanges")
  ],
  ["push refused", endWith(completed({ delivery: delivery({ pushRefused: "no" }) })), Array(7).fill("PushRejected")],
  ["failed with a reason", endWith(failedWith("RateLimited")), Array(7).fill("RateLimited")],
  [
    "interrupted",
    endWith(interrupted(), 143),
    [undefined, "InfraLost", "InfraLost", "DeadlineExceeded", "InfraLost", "Cancelled", "JobLost"]
  ],
  [
    "silent, exit code 1",
    silentEnd(1),
    [undefined, "AgentError", "AgentError", "DeadlineExceeded", "InfraLost", "Cancelled", "JobLost"]
  ],
  [
    "silent, exit code 143",
    silentEnd(143),
    [undefined, "InfraLost", "InfraLost", "DeadlineExceeded", "InfraLost", "Cancelled", "JobLost"]
  ],
  [
    "silent, exit code 137",
    silentEnd(137),
    [undefined, "InfraLost", "InfraLost", "DeadlineExceeded", "InfraLost", "Cancelled", "JobLost"]
  ],
  [
    "out of memory",
    silentEnd(137, "OOMKilled"),
    [undefined, "AgentError", "AgentError", "DeadlineExceeded", "InfraLost", "Cancelled", "JobLost"]
  ],
  [
    "unknown after a restart of the node",
    silentEnd(137, "ContainerStatusUnknown"),
    [undefined, "InfraLost", "InfraLost", "DeadlineExceeded", "InfraLost", "Cancelled", "JobLost"]
  ]
]

describe("an agent that has ended", () => {
  const cases = table.flatMap(([name, end, reasons]) =>
    Object.entries(circumstances).map(([when, job], index) => ({ name, when, job, end, want: reasons[index] }))
  )
  it.each(cases)("$name, Job $when: $want", ({ end, job, want }) => {
    assert.strictEqual(judgeAgent(makeJob(job), end)?.reason, want)
  })
})

describe("the verdict does not depend on whether Job or pod is seen first", () => {
  const results: ReadonlyArray<AgentEnd> = table.map(([, end]) => end)
  const ends: ReadonlyArray<JobEnd> = [complete, failed(), failed("DeadlineExceeded"), failed("PodFailurePolicy")]
  it.each(results.flatMap((result) => ends.map((end) => ({ result, end }))))(
    "$result.exitCode $result.reason, $end.reason",
    ({ end, result }) => {
      const early = judgeAgent(makeJob(), result)
      const late = judgeAgent(makeJob({ end }), result)
      assert.isDefined(late)
      if (early !== undefined) assert.deepStrictEqual(early, late)
    }
  )
})

describe("a Job that left no word", () => {
  it.each([
    { name: "stopped by us", job: makeJob({ stopping: true, end: failed("DeadlineExceeded") }), want: "Cancelled" },
    { name: "at its time limit", job: makeJob({ end: failed("DeadlineExceeded") }), want: "DeadlineExceeded" },
    { name: "disrupted", job: makeJob({ end: failed("PodFailurePolicy") }), want: "InfraLost" },
    { name: "complete", job: makeJob({ end: complete }), want: "InfraLost" },
    { name: "being deleted", job: makeJob({ deleting: true }), want: "JobLost" }
  ])("$name: $want", ({ job, want }) => assert.strictEqual(judgeJob(job).reason, want))
})

it("the agent's result stays with the verdict, so that usage and session are not lost", () => {
  const result: AgentResult = interrupted({ usage: { turns: 3 } })
  assert.deepStrictEqual(judgeAgent(makeJob({ end: failed("PodFailurePolicy") }), endWith(result, 143))?.result, result)
})
