import { assert, describe, it } from "@effect/vitest"
import { isFinished } from "@orchestrator/client/follow/FinishedRun"
import { exitCodeOf } from "../../src/runs/RunView.ts"
import { codeAnswer } from "../fixtures/Answers.ts"

describe("the exit code says how a run ended", () => {
  it.each([
    { phase: "Succeeded", reason: "Delivered", want: 0 },
    { phase: "Failed", reason: "NoChanges", want: 3 },
    { phase: "Failed", reason: "AgentError", want: 4 },
    { phase: "Cancelled", reason: "Cancelled", want: 5 }
  ])(
    "$phase ($reason): $want",
    ({ phase, reason, want }) => assert.strictEqual(exitCodeOf(codeAnswer({ phase, reason })), want)
  )
})

it("a run that was asked for another attempt has not ended, although its status still speaks of the last", () => {
  const ended = codeAnswer({ phase: "Succeeded", status: { contextVersion: 1 } })
  assert.isTrue(isFinished(ended))
  assert.isFalse(isFinished({ ...ended, spec: { ...ended.spec, contextVersion: 2 } }))
})
