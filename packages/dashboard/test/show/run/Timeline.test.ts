import { assert, describe, it } from "@effect/vitest"
import { timelineOf, type TimelineRun } from "../../../src/show/run/Timeline.ts"

const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 0, minutes)).toISOString()
const now = Date.UTC(2026, 0, 1, 1)

const run = (phase: string, attempts: NonNullable<TimelineRun["status"]>["attempts"] = []): TimelineRun => ({
  phase,
  createdAt: at(0),
  status: { attempts, resumesAt: at(90) }
})

const attempt = (contextVersion: number, startedAt?: string, finishedAt?: string, rest: object = {}) => ({
  contextVersion,
  jobName: `job-${contextVersion}`,
  ...(startedAt === undefined ? {} : { startedAt }),
  ...(finishedAt === undefined ? {} : { finishedAt }),
  ...rest
})

describe("the attempts of a run", () => {
  it("have their durations, and what was waited before each", () => {
    const { entries } = timelineOf(
      run("Running", [attempt(1, at(2), at(12), { outcome: "Failed" }), attempt(2, at(20))]),
      now
    )
    assert.deepStrictEqual(
      entries.map(({ durationMillis, share, state, title, waitedMillis }) => [
        title,
        state,
        (durationMillis ?? 0) / 60_000,
        (waitedMillis ?? 0) / 60_000,
        share
      ]),
      [["Attempt 1", "Failed", 10, 2, 0.25], ["Attempt 2", "Running", 40, 8, 1]]
    )
  })

  it("are named as evidence is asked for, retries too", () => {
    const { entries, hasEarlier } = timelineOf(run("Failed", [attempt(2, at(1), at(2), { retry: 1 })]), now)
    assert.deepStrictEqual(entries.map(({ key, title }) => [key, title]), [["2-r1", "Attempt 2, retry 1"]])
    assert.isTrue(hasEarlier)
    assert.isUndefined(entries[0]?.waitedMillis)
  })

  it.each<readonly [string, ReadonlyArray<ReturnType<typeof attempt>>]>([
    ["times that are none", [attempt(1, "yesterday", "soon")]],
    ["no times", [attempt(1)]],
    ["an end before the begin", [attempt(1, at(9), at(3))]]
  ])("last no less than no time: %s", (_, attempts) => {
    for (const { durationMillis, share } of timelineOf(run("Failed", attempts), now).entries) {
      assert.isTrue(durationMillis === undefined || durationMillis === 0)
      assert.strictEqual(share, 0)
    }
  })

  it("of a run that waits for its next one tell when that is", () => {
    assert.strictEqual(timelineOf(run("Pending"), now).resumesAt, at(90))
    assert.isUndefined(timelineOf(run("Failed"), now).resumesAt)
  })

  it("of an ended run do not go on, even if the end was not told", () => {
    assert.strictEqual(timelineOf(run("Failed", [attempt(1, at(1))]), now).entries[0]?.state, "Unknown")
  })
})
