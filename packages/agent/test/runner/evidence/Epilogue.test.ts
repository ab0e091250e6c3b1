import { assert, describe, it } from "@effect/vitest"
import type { AgentResult } from "@orchestrator/domain/AgentResult"
import { epilogue } from "../../../src/runner/evidence/Epilogue.ts"

const branch = "feature/task-1-implementation"
const attempt = {
  sessionId: "s1",
  resumed: false,
  usage: { costUsd: 0.5, inputTokens: 12_345, outputTokens: 67, turns: 3 }
}

describe("the last five lines of the log", () => {
  it.each<{ name: string; given: AgentResult; want: ReadonlyArray<string> }>([
    {
      name: "work that was delivered",
      given: {
        outcome: "Completed",
        message: "Added the route.\nAnd more.",
        ...attempt,
        resumed: true,
        delivery: {
          branch,
          changed: true,
          headCommit: "0123456789abcdef",
          pullRequestUrl: "https://github.com/a/b/pull/1"
        }
      },
      want: [
        "the agent: session s1, resumed; 3 turns, 12,345 tokens in, 67 out, $0.5000",
        `the work: pushed ${branch} at 0123456789ab`,
        "the pull request: https://github.com/a/b/pull/1",
        "more: stream.jsonl, log, result.json in /e",
        "Completed: Added the route."
      ]
    },
    {
      name: "a refused push",
      given: {
        outcome: "Failed",
        reason: "PushRejected",
        message: "The remote refused it: frozen",
        ...attempt,
        delivery: { branch, changed: true, pushRefused: "frozen" }
      },
      want: [
        "the agent: session s1; 3 turns, 12,345 tokens in, 67 out, $0.5000",
        `the work: ${branch}, not pushed: frozen`,
        "the pull request: none of this attempt",
        "more: stream.jsonl, log, result.json in /e",
        "PushRejected: The remote refused it: frozen. Next: Correct what the remote rejects, then raise contextVersion; " +
        "documents are above, as a patch."
      ]
    },
    {
      name: "an agent that was never started",
      given: { outcome: "Failed", reason: "SetupFailed", message: "no git" },
      want: [
        "the agent: was not started",
        "the work: not examined",
        "the pull request: none of this attempt",
        "more: stream.jsonl, log, result.json in /e",
        "SetupFailed: no git. Next: Correct what it names, then raise contextVersion."
      ]
    }
  ])("say of $name who, what, where and why", ({ given, want }) => {
    assert.deepStrictEqual(epilogue(given, "/e"), want)
  })
})
