import { assert, describe, it } from "@effect/vitest"
import { isAbove, lineTimeOf } from "../src/Scheduling.ts"

describe("the time by which a run stands in line", () => {
  it.each<{ priority: unknown; createdAt: string; want: string }>([
    { priority: undefined, createdAt: "2026-03-01T10:00:00Z", want: "2026-03-01T10:00:00Z" },
    { priority: "normal", createdAt: "2026-03-01T10:00:00Z", want: "2026-03-01T10:00:00Z" },
    { priority: "high", createdAt: "2026-03-01T10:00:00Z", want: "2026-02-28T10:00:00Z" },
    { priority: "low", createdAt: "2026-03-01T10:00:00Z", want: "2026-03-02T10:00:00Z" },
    { priority: "urgent", createdAt: "2026-03-01T10:00:00Z", want: "2026-03-01T10:00:00Z" },
    { priority: "toString", createdAt: "2026-03-01T10:00:00Z", want: "2026-03-01T10:00:00Z" },
    { priority: "high", createdAt: "", want: "" }
  ])(
    "of priority $priority, created at $createdAt",
    ({ createdAt, priority, want }) => assert.strictEqual(lineTimeOf(createdAt, priority), want)
  )

  it("nobody is passed by what was made more than a day after it", () => {
    assert.isTrue(lineTimeOf("2026-03-01T10:00:00Z", undefined) < lineTimeOf("2026-03-02T10:00:01Z", "high"))
    assert.isTrue(lineTimeOf("2026-03-01T10:00:00Z", undefined) > lineTimeOf("2026-03-02T09:59:59Z", "high"))
  })
})

it("a priority is above those before it", () => {
  assert.isTrue(isAbove("high", "normal"))
  assert.isFalse(isAbove("normal", "normal"))
  assert.isFalse(isAbove("low", "normal"))
})
