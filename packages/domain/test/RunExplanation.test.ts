import { assert, describe, it } from "@effect/vitest"
import { reasonGuide } from "../src/ReasonGuide.ts"
import { explain, type WaitsFor } from "../src/RunExplanation.ts"

type Run = Parameters<typeof explain>[0]

const blocked = (reason: string): Run => ({
  status: {
    phase: "Running",
    reason: "Blocked",
    message: "The image ghcr.io/example/agent:1 cannot be pulled",
    conditions: [{ type: "Ready", status: "False" }, { type: "Progressing", status: "False", reason }]
  }
})

describe("why a run is where it is", () => {
  it.each<{ name: string; given: Run; waits?: WaitsFor; want: string }>([
    {
      name: "is what its status says",
      given: { status: { phase: "Failed", reason: "AgentError", message: "The agent ended without a result" } },
      want: "The agent ended without a result."
    },
    {
      name: "is what its reason means where the status says nothing",
      given: { status: { phase: "Running", reason: "Cancelling" } },
      want: reasonGuide("Cancelling")?.means ?? ""
    },
    {
      name: "is that the controller has yet to see it",
      given: { spec: { contextVersion: 1 } },
      want: reasonGuide("Accepted")?.means ?? ""
    },
    {
      name: "names whom it waits for, and its place in line",
      given: { status: { phase: "Pending", reason: "WaitingForWorkspace", message: "Waiting for the workspace." } },
      waits: { runs: ["a"], position: 2 },
      want: "Waiting for the workspace. It waits for a; it is number 2 in line."
    },
    {
      name: "does not name again whom its status names",
      given: {
        spec: { dependsOn: ["a", "b"] },
        status: { phase: "Pending", reason: "WaitingForDependencies", message: "Waiting for a, b to succeed." }
      },
      waits: { runs: ["a", "b"] },
      want: "Waiting for a, b to succeed."
    },
    {
      name: "says which of those that its status names are left",
      given: {
        spec: { dependsOn: ["a", "b"] },
        status: { phase: "Pending", reason: "WaitingForDependencies", message: "Waiting for a, b to succeed." }
      },
      waits: { runs: ["b"] },
      want: "Waiting for a, b to succeed. It still waits for b."
    },
    {
      name: "names three of many",
      given: { status: { phase: "Pending", reason: "WaitingForDependencies", message: "Waiting." } },
      waits: { runs: ["a", "b", "c", "d", "e"] },
      want: "Waiting. It waits for a, b, c and 2 more."
    },
    {
      name: "names the limit that is reached",
      given: { status: { phase: "Pending", reason: "WaitingForCapacity", message: "Waiting." } },
      waits: { runs: [], limit: "limits.activeRuns is 4", position: 1 },
      want: "Waiting. A limit is reached (limits.activeRuns is 4); it is number 1 in line."
    },
    {
      name: "says when it resumes",
      given: {
        status: {
          phase: "Pending",
          reason: "RateLimited",
          message: "Limit reached.",
          resumesAt: "2026-01-02T03:04:05Z"
        }
      },
      want: "Limit reached. It resumes by itself at 2026-01-02T03:04:05Z."
    },
    {
      name: "is that it is being cancelled, whatever the status said before",
      given: { spec: { cancel: true }, status: { phase: "Running", reason: "AgentRunning", message: "At work." } },
      want: reasonGuide("Cancelling")?.means ?? ""
    },
    {
      name: "is that it is being deleted",
      given: { metadata: { deletionTimestamp: "2026-01-02T03:04:05Z" }, status: { phase: "Running" } },
      want: "The run is being deleted, with its Job, pod and files."
    },
    {
      name: "is its phase where nobody knows the reason",
      given: { status: { phase: "Odd", reason: "Unheard", conditions: "none" } },
      want: "The run is Odd."
    }
  ])("$name", ({ given, waits, want }) => assert.strictEqual(explain(given, waits).why, want))
})

describe("the next step", () => {
  it("is that of the reason", () =>
    assert.strictEqual(
      explain({ status: { phase: "Failed", reason: "PushRejected" } }).next,
      reasonGuide("PushRejected")?.next
    ))

  it.each(["RateLimited", "InfraLost"])("of %s is that of its phase", (reason) => {
    assert.strictEqual(explain({ status: { phase: "Pending", reason } }).next, "Nothing.")
    assert.match(explain({ status: { phase: "Failed", reason } }).next, /raise `spec\.contextVersion`/)
  })

  it("is that of what blocks the start", () => assert.include(explain(blocked("ImagePullBackOff")).next, "agent.image"))

  it("is that of Blocked where nothing says what blocks", () =>
    assert.strictEqual(explain(blocked("Unheard")).next, reasonGuide("Blocked")?.next))

  it("is there for reasons of other versions", () =>
    assert.isNotEmpty(explain({ status: { phase: "Failed", reason: "Unheard" } }).next))
})
