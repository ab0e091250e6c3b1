import { assert, describe, it } from "@effect/vitest"
import { isCancelling, messageOf, phaseOf, reasonOf } from "../src/RunView.ts"

interface Case {
  readonly name: string
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status?: Readonly<Record<string, unknown>>
  readonly want: string
}

const failed = { phase: "Failed", reason: "AgentError", message: "It failed." }

const phases: ReadonlyArray<Case> = [
  { name: "that nobody has seen", want: "Pending" },
  { name: "with a phase that is none", status: { phase: 7 }, want: "Pending" },
  { name: "that failed", spec: { contextVersion: 1 }, status: { ...failed, contextVersion: 1 }, want: "Failed" },
  {
    name: "that failed and is asked for again",
    spec: { contextVersion: 2 },
    status: { ...failed, contextVersion: 1 },
    want: "Pending"
  },
  { name: "whose status names no version", spec: { contextVersion: 2 }, status: failed, want: "Failed" },
  { name: "without versions", spec: {}, status: { ...failed, contextVersion: 1 }, want: "Failed" },
  {
    name: "whose version was lowered",
    spec: { contextVersion: 1 },
    status: { ...failed, contextVersion: 3 },
    want: "Failed"
  },
  {
    name: "that works and is asked for again",
    spec: { contextVersion: 2 },
    status: { phase: "Running", contextVersion: 1 },
    want: "Running"
  }
]

describe("the phase that people see", () => {
  it.each(phases)("of a run $name is $want", ({ spec = {}, status, want }) => {
    const run = { spec, ...(status === undefined ? {} : { status }) }
    assert.strictEqual(phaseOf(run), want)
  })

  it("has its reason and its message with it", () => {
    const again = { spec: { contextVersion: 2 }, status: { ...failed, contextVersion: 1 } }
    assert.deepStrictEqual([reasonOf({ status: failed }), messageOf({ status: failed })], ["AgentError", "It failed."])
    assert.strictEqual(reasonOf(again), "Accepted")
    assert.include(messageOf(again), "2")
  })
})

const cancelling: ReadonlyArray<Omit<Case, "want"> & { readonly want: boolean }> = [
  { name: "nobody has asked", status: { phase: "Running" }, want: false },
  { name: "asked before it is seen", spec: { cancel: true }, want: true },
  { name: "asked while it works", spec: { cancel: true }, status: { phase: "Running", contextVersion: 1 }, want: true },
  {
    name: "asked by the version alone",
    spec: { contextVersion: 2, cancelVersion: 2 },
    status: { phase: "Running" },
    want: true
  },
  {
    name: "for an earlier version",
    spec: { contextVersion: 2, cancelVersion: 1 },
    status: { phase: "Running", contextVersion: 2 },
    want: false
  },
  {
    name: "for an earlier version, by what the status tells",
    spec: { contextVersion: 2, cancel: true },
    status: { phase: "Running", contextVersion: 2, cancelledVersion: 1 },
    want: false
  },
  {
    name: "tried again while the request stands that ended the version before",
    spec: { contextVersion: 2, cancel: true },
    status: { phase: "Cancelled", contextVersion: 1 },
    want: false
  },
  { name: "it has ended", spec: { cancel: true }, status: { phase: "Cancelled", contextVersion: 1 }, want: false }
]

describe("whether a run is being cancelled", () => {
  it.each(cancelling)("$name: $want", ({ spec = {}, status, want }) => {
    assert.strictEqual(isCancelling({ spec, ...(status === undefined ? {} : { status }) }), want)
  })
})
