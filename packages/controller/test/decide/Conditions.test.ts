import { assert, describe, it } from "@effect/vitest"
import type { TerminalReason } from "@orchestrator/domain/Reason"
import { evidenceFacts } from "../../src/decide/Conditions.ts"
import type { Evidence } from "../../src/decide/Evidence.ts"
import { delivery, pullRequest, undelivered } from "../fixtures/Results.ts"

const withPullRequest = delivery({ pullRequestUrl: pullRequest })

describe("the condition Delivered", () => {
  it.each<{ name: string; evidence: Evidence; reason: TerminalReason; want: string | undefined }>([
    {
      name: "is True with a pull request",
      evidence: { delivery: withPullRequest, forgeKnown: true },
      reason: "Delivered",
      want: `True PullRequestOpen Pull request: ${pullRequest}`
    },
    {
      name: "is True for a branch where no pull request can be had, and says so",
      evidence: { delivery: delivery(), forgeKnown: false },
      reason: "Delivered",
      want:
        "True NoForge The branch was pushed; no forge is known at its host, so there is no pull request. Name the host in forge.hosts if it is one."
    },
    {
      name: "is True for a branch where nobody asked for a pull request",
      evidence: { delivery: delivery() },
      reason: "Delivered",
      want: "True BranchPushed The branch was pushed; no pull request was opened."
    },
    {
      name: "is False without the pull request that there should be, and says why",
      evidence: { delivery: delivery(), forgeKnown: true, pullRequestProblem: "the token has no scope for it" },
      reason: "PullRequestMissing",
      want: "False PullRequestMissing The branch was pushed, but has no pull request: the token has no scope for it"
    },
    {
      name: "is True for work that an interrupted agent saved in its pull request",
      evidence: { delivery: withPullRequest, forgeKnown: true },
      reason: "Cancelled",
      want: `True PullRequestOpen Pull request: ${pullRequest}`
    },
    {
      name: "is False for a push that was refused, whatever is there from before",
      evidence: { delivery: withPullRequest, forgeKnown: true },
      reason: "PushRejected",
      want: "False PushRejected The run's branch is not on the remote."
    },
    {
      name: "is False without changes",
      evidence: { delivery: undelivered({ changed: false }), forgeKnown: true },
      reason: "NoChanges",
      want: "False NoChanges The run's branch is not on the remote."
    },
    {
      name: "is False for work that an interrupted agent did not push",
      evidence: { delivery: undelivered(), forgeKnown: true },
      reason: "Cancelled",
      want: "False Cancelled The run's branch is not on the remote."
    },
    {
      name: "is False without changes, although the branch is there from before",
      evidence: { delivery: delivery({ changed: false }), forgeKnown: false },
      reason: "NoChanges",
      want: "False NoChanges The run's branch is not on the remote."
    },
    {
      name: "is False without the pull request that there should be, nobody knows why",
      evidence: { delivery: delivery(), forgeKnown: true },
      reason: "PullRequestMissing",
      want: "False PullRequestMissing The branch was pushed, but has no pull request."
    },
    { name: "is not there where nobody looked", evidence: {}, reason: "AgentError", want: undefined }
  ])("$name", ({ evidence, reason, want }) => {
    const fact = evidenceFacts(evidence, reason).find(({ type }) => type === "Delivered")
    assert.strictEqual(fact === undefined ? undefined : `${fact.status} ${fact.reason} ${fact.message}`, want)
  })
})

describe("the condition SessionResumed", () => {
  it.each<{ name: string; evidence: Evidence; want: string | undefined }>([
    {
      name: "is True for a session that was continued",
      evidence: { resumed: true },
      want: "True Resumed The attempt continued an earlier session."
    },
    {
      name: "is False for a new one",
      evidence: { resumed: false },
      want: "False NewSession The attempt started a new session."
    },
    {
      name: "is False where a wanted one was not there",
      evidence: { resumed: false, resumeProblem: "no earlier session" },
      want: "False NotPossible no earlier session"
    },
    { name: "is not there where nobody knows", evidence: {}, want: undefined }
  ])("$name", ({ evidence, want }) => {
    const fact = evidenceFacts(evidence, "AgentError").find(({ type }) => type === "SessionResumed")
    assert.strictEqual(fact === undefined ? undefined : `${fact.status} ${fact.reason} ${fact.message}`, want)
  })
})

it("the condition ModelsRefused names what was asked for, and what is allowed", () => {
  assert.deepStrictEqual(evidenceFacts({ refusedModels: ["one", "two"] }, "Delivered"), [{
    type: "ModelsRefused",
    status: "True",
    reason: "NotAllowed",
    message: "The agent asked for one, two. Allowed are spec.model and the models in model.allowed."
  }])
})

describe("the condition ModelFailedOver", () => {
  it("names who was asked instead, why, and how often", () => {
    const failovers = [
      { provider: "bedrock", instead: "anthropic", why: "answers 529", requests: 12 },
      { provider: "anthropic", instead: "vertex", why: "cannot be asked", requests: 1 }
    ]
    assert.deepStrictEqual(evidenceFacts({ failovers }, "Delivered"), [{
      type: "ModelFailedOver",
      status: "True",
      reason: "ProviderOverloaded",
      message:
        "bedrock answers 529: anthropic was asked instead, for 12 requests. anthropic cannot be asked: vertex was asked instead, for 1 request."
    }])
  })
  it("is not there where nobody stood in", () => assert.deepStrictEqual(evidenceFacts({}, "Delivered"), []))
})
