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
        outcome: "Completed",
        message: "Added the route.",
        ...attempt,
        delivery: { branch, changed: true, pushRefused: "frozen" }
      },
      want: [
        "the agent: session s1; 3 turns, 12,345 tokens in, 67 out, $0.5000",
        `the work: ${branch}, not pushed: frozen`,
        "the pull request: none of this attempt",
        "more: stream.jsonl, log, result.json in /e",
        "Completed: Added the route. Next: Correct what the remote rejects, then raise contextVersion; " +
        "documents are above, as a patch."
      ]
    },
    {
      name: "a forge that refused",
      given: {
        outcome: "Completed",
        message: "Added the route",
        ...attempt,
        delivery: { branch, changed: true, headCommit: "0123456789abcdef" },
        forgeKnown: true,
        pullRequestProblem: "the token has no scope for it"
      },
      want: [
        "the agent: session s1; 3 turns, 12,345 tokens in, 67 out, $0.5000",
        `the work: pushed ${branch} at 0123456789ab`,
        "the pull request: none: the token has no scope for it",
        "more: stream.jsonl, log, result.json in /e",
        "Completed: Added the route. Next: Correct what the forge rejects, then raise contextVersion: the branch is pushed."
      ]
    },
    {
      name: "no change",
      given: {
        outcome: "Completed",
        message: "All is well.",
        ...attempt,
        delivery: { branch, changed: false },
        forgeKnown: false
      },
      want: [
        "the agent: session s1; 3 turns, 12,345 tokens in, 67 out, $0.5000",
        `the work: no changes on ${branch}`,
        "the pull request: none of this attempt",
        "more: stream.jsonl, log, result.json in /e",
        "Completed: All is well. Next: Read the agent's last message; raise contextVersion with a promptModification to continue " +
        "in the same session."
      ]
    },
    {
      name: "work that could not be committed",
      given: {
        outcome: "Completed",
        message: "Done.",
        ...attempt,
        delivery: { branch, changed: true },
        problem: "disk full",
        forgeKnown: false
      },
      want: [
        "the agent: session s1; 3 turns, 12,345 tokens in, 67 out, $0.5000",
        `the work: ${branch}, not committed: disk full`,
        "the pull request: none of this attempt",
        "more: stream.jsonl, log, result.json in /e",
        "Completed: Done. Next: Correct what keeps the work from being committed, then raise contextVersion."
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
