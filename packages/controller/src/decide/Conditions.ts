/** Conditions that tell of an attempt's session and delivery, and of what it was refused. */
import type { Failover } from "@orchestrator/domain/BrokerResult"
import type { ConditionFact } from "@orchestrator/domain/Condition"
import type { TerminalReason } from "@orchestrator/domain/Reason"
import type { Evidence } from "./Evidence.ts"

export const evidenceFacts = (evidence: Evidence, reason: TerminalReason): ReadonlyArray<ConditionFact> => [
  ...(evidence.delivery === undefined ? [] : [deliveredFact(evidence, reason)]),
  ...(evidence.resumed === undefined ? [] : [resumedFact(evidence.resumed, evidence.resumeProblem)]),
  ...(evidence.refusedModels === undefined ? [] : [refusedFact(evidence.refusedModels)]),
  ...(evidence.failovers === undefined ? [] : [failedOverFact(evidence.failovers)])
]

const refusedFact = (models: ReadonlyArray<string>): ConditionFact => ({
  type: "ModelsRefused",
  status: "True",
  reason: "NotAllowed",
  message: `The agent asked for ${models.join(", ")}. Allowed are spec.model and the models in model.allowed.`
})

const failedOverFact = (failovers: ReadonlyArray<Failover>): ConditionFact => ({
  type: "ModelFailedOver",
  status: "True",
  reason: "ProviderOverloaded",
  message: failovers.map(({ instead, provider, requests, why }) =>
    `${provider} ${why}: ${instead} was asked instead, for ${requests} ${requests === 1 ? "request" : "requests"}.`
  ).join(" ")
})

const deliveredFact = (
  { delivery, forgeKnown, pullRequestProblem }: Evidence,
  reason: TerminalReason
): ConditionFact => {
  const { headCommit, pullRequestUrl } = delivery ?? {}
  if (headCommit === undefined || reason === "PushRejected" || reason === "NoChanges") {
    return {
      type: "Delivered",
      status: "False",
      reason,
      message: "The run's branch is not on the remote."
    }
  }
  if (pullRequestUrl !== undefined) {
    return {
      type: "Delivered",
      status: "True",
      reason: "PullRequestOpen",
      message: `Pull request: ${pullRequestUrl}`
    }
  }
  if (forgeKnown === false) {
    return {
      type: "Delivered",
      status: "True",
      reason: "NoForge",
      message:
        "The branch was pushed; no forge is known at its host, so there is no pull request. Name the host in forge.hosts if it is one."
    }
  }
  if (forgeKnown === undefined) {
    return {
      type: "Delivered",
      status: "True",
      reason: "BranchPushed",
      message: "The branch was pushed; no pull request was opened."
    }
  }
  return {
    type: "Delivered",
    status: "False",
    reason: "PullRequestMissing",
    message: `The branch was pushed, but has no pull request${
      pullRequestProblem === undefined ? "." : `: ${pullRequestProblem}`
    }`
  }
}

const resumedFact = (resumed: boolean, problem: string | undefined): ConditionFact =>
  resumed
    ? {
      type: "SessionResumed",
      status: "True",
      reason: "Resumed",
      message: "The attempt continued an earlier session."
    }
    : {
      type: "SessionResumed",
      status: "False",
      reason: problem === undefined ? "NewSession" : "NotPossible",
      message: problem ?? "The attempt started a new session."
    }
