import { assert, it } from "@effect/vitest"
import { progressLine } from "../../src/follow/Progress.ts"
import { codeAnswer } from "../fixtures/Answers.ts"

it("whoever waits reads whom the run waits for, and its place", () => {
  const { message } = progressLine(
    codeAnswer({ waiting: { runs: ["a", "b"], limit: "limits.activeRuns", position: 3 } })
  )
  assert.strictEqual(message, "number 3 in line; waits for a, b; limit limits.activeRuns is reached")
})

it("what it does now and has cost so far", () => {
  const line = progressLine(codeAnswer({
    phase: "Running",
    reason: "AgentRunning",
    message: "At work.",
    status: { usage: { costUsd: 0.25 }, contextVersion: 1 }
  }))
  assert.strictEqual(line.text, "coderun/demo  Running  AgentRunning")
  assert.strictEqual(line.message, "$0.25; At work.")
  assert.isFalse(line.isLast)
})

it("at its end where the work is", () => {
  const line = progressLine(codeAnswer({
    phase: "Succeeded",
    reason: "Delivered",
    status: { contextVersion: 1, branch: "feature/x", pullRequestUrl: "https://github.com/example/payments/pull/7" }
  }))
  assert.include(line.message, "branch feature/x; https://github.com/example/payments/pull/7")
  assert.isTrue(line.isLast)
})
