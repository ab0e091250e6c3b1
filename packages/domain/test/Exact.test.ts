import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import fc from "fast-check"
import { isDeepStrictEqual } from "node:util"
import { CodeRunStatus } from "../src/CodeRun.ts"
import { exactly } from "../src/Exact.ts"
import { Words } from "../src/Reported.ts"

const Status = Schema.Struct(CodeRunStatus.fields)
const isStatus = exactly(Status)
const decode = Schema.decodeUnknownResult(Status)

const status = {
  phase: "Running",
  contextVersion: 2,
  conditions: [{ type: "Ready", status: "False", lastTransitionTime: "2026-03-01T08:00:00Z" }],
  attempts: [{ contextVersion: 1, jobName: "code-a", outcome: "Failed", usage: { costUsd: 0.5, turns: 3 } }],
  usage: { inputTokens: 10, costEstimated: true }
}

describe("a status is exactly ours", () => {
  it.each<{ name: string; given: unknown; want: boolean }>([
    { name: "with fields of ours alone", given: status, want: true },
    { name: "with nothing in it", given: {}, want: true },
    { name: "with another field", given: { ...status, more: 1 }, want: false },
    { name: "with another field further inside", given: { ...status, usage: { more: 1 } }, want: false },
    { name: "with a field of another type", given: { ...status, contextVersion: "2" }, want: false },
    { name: "with a number that is not whole", given: { ...status, contextVersion: 2.5 }, want: false },
    { name: "with an amount out of bounds", given: { ...status, usage: { costUsd: -1 } }, want: false },
    {
      name: "with an outcome that there is not",
      given: { attempts: [{ ...status.attempts[0], outcome: "Lost" }] },
      want: false
    },
    { name: "with an attempt that lacks a field", given: { attempts: [{ contextVersion: 1 }] }, want: false },
    { name: "with an object in place of a list", given: { conditions: {} }, want: false },
    { name: "with a list in place of an object", given: { usage: [] }, want: false },
    { name: "that is a list", given: [], want: false },
    { name: "that is none", given: null, want: false }
  ])("$name: $want", ({ given, want }) => assert.strictEqual(isStatus(given), want))
})

/** Of the names and values of statuses, put together in any way. */
const anyStatus = fc.object({
  key: fc.constantFrom(...Object.keys(Status.fields), "type", "status", "retry", "costUsd", "toString", "__proto__"),
  values: [fc.constantFrom("Succeeded", "a", "", 1, 1.5, -1, true, null, []), fc.constant(status.conditions)],
  maxDepth: 3
})
const changed = fc.record(
  {
    phase: fc.oneof(fc.string(), fc.jsonValue()),
    contextVersion: fc.oneof(fc.integer(), fc.double(), fc.string()),
    conditions: fc.oneof(fc.constant(status.conditions), fc.array(anyStatus), anyStatus),
    attempts: fc.oneof(fc.constant(status.attempts), fc.array(anyStatus)),
    usage: fc.oneof(fc.constant(status.usage), anyStatus)
  },
  { requiredKeys: [] }
)

it("what is exactly a status is decoded to the same, and what is decoded is one", () => {
  fc.assert(
    fc.property(fc.oneof(anyStatus, changed), (given) => {
      const decoded = decode(given, { onExcessProperty: "error" })
      assert.strictEqual(isStatus(given), Result.isSuccess(decoded))
      if (Result.isSuccess(decoded)) assert.isTrue(isDeepStrictEqual({ ...decoded.success }, { ...given }))
    }),
    { numRuns: 2000, seed: 20261130 }
  )
})

it("nothing is what a schema would make of it that changes what it decodes", () => {
  const isMessage = exactly(Schema.Struct({ message: Words(10) }))
  assert.isFalse(isMessage({ message: "done" }))
})
