import { assert, describe, it } from "@effect/vitest"
import { errorOfStatus } from "@orchestrator/client/promises/OrchestratorError"
import { inWords, told } from "@orchestrator/dashboard/show/Words"

describe("a reason in words", () => {
  it.each([
    { given: "WaitingForWorkspace", want: "Waiting for workspace" },
    { given: "AgentRunning", want: "Agent running" },
    { given: "SSHKeyMissing", want: "SSH key missing" },
    { given: "Cancelled", want: "Cancelled" },
    { given: "", want: "" }
  ])("$given is $want", ({ given, want }) => assert.strictEqual(inWords(given), want))
})

describe("the words of an error", () => {
  it.each([
    {
      of: "the client",
      given: errorOfStatus(404, {
        type: "urn:orchestrator:problem:run-not-found",
        detail: "No CodeRun a",
        hint: "List them",
        requestId: "r-1"
      }),
      want: { what: "No CodeRun a", next: "List them", requestId: "r-1" }
    },
    {
      of: "a refusal, with the lines that grant it",
      given: errorOfStatus(403, {
        type: "urn:orchestrator:problem:permission-missing",
        detail: "User \"ada\" may not list coderuns",
        hint: "An administrator can grant it with:\nkubectl create role a\nkubectl create rolebinding a"
      }),
      want: {
        what: "User \"ada\" may not list coderuns",
        next: "An administrator can grant it with:",
        commands: "kubectl create role a\nkubectl create rolebinding a"
      }
    },
    { of: "the browser", given: new TypeError("Failed to fetch"), want: { what: "Failed to fetch" } },
    { of: "a text", given: "no", want: { what: "no" } },
    { of: "nothing that speaks", given: {}, want: { what: "Something went wrong, and nothing says what" } }
  ])("of $of", ({ given, want }) => assert.deepStrictEqual(told(given), want))
})
