import type { Attempt } from "@orchestrator/domain/Attempt"
import { type ConditionFact, findCondition } from "@orchestrator/domain/Condition"
import { Result } from "effect"
import type { Action } from "../Action.ts"
import type { ObservedPod } from "../Observed.ts"
import type { ObservedAlive } from "../Plan.ts"
import { explainRefusal } from "../Refusal.ts"
import { running } from "../Status.ts"

/** Running with the facts of the current attempt; a pod that cannot start says why and what to do. */
export const runningStatus = (
  observed: ObservedAlive,
  attempt: Attempt,
  stuck: ObservedPod["stuck"]
): ReadonlyArray<Action> => {
  const fields = {
    startedAt: attempt.startedAt,
    sessionId: attempt.sessionId,
    ...(observed.run.status.jobName === attempt.jobName ? undefined : startedWith(observed))
  }
  if (stuck === undefined) {
    const facts = findCondition(observed.run.status.conditions, "Progressing")?.status === "False" ? [moving] : []
    return running(observed, "AgentRunning", `The agent works in the Job ${attempt.jobName}.`, attempt, {
      facts,
      fields
    })
  }
  const fact = explain(stuck)
  return running(observed, "Starting", fact.message, attempt, { facts: [fact], fields })
}

/** What the spec said when the attempt started; a later edit is not what it works on. */
const startedWith = ({ run, workspace }: ObservedAlive) => ({
  ...(workspace === undefined ? {} : { workspace: workspace.claim }),
  ...(run.kind === "CodeRun" && Result.isSuccess(run.wanted)
    ? { promptModification: run.wanted.success.promptModification, promptMode: "direct" }
    : {})
})

const moving: ConditionFact = {
  type: "Progressing",
  status: "True",
  reason: "Started",
  message: "The pod is starting or running."
}

/** Fixed words per reason: what the kubelet says changes from try to try. */
const explanations: Readonly<Record<string, readonly [reason: string, message: string]>> = {
  ErrImagePull: [
    "ImagePullBackOff",
    "The agent's image cannot be pulled. Check agent.image and agent.imagePullSecrets."
  ],
  ImagePullBackOff: [
    "ImagePullBackOff",
    "The agent's image cannot be pulled. Check agent.image and agent.imagePullSecrets."
  ],
  InvalidImageName: ["InvalidImageName", "The agent's image has no valid name. Check agent.image."],
  ClaimPending: [
    "ClaimPending",
    "The workspace's claim is not bound. Check storage.storageClassName and the claim's events."
  ],
  Unschedulable: [
    "Unschedulable",
    "No node takes the pod. See the pod's events, agent.resources and the node selectors."
  ]
}

/** CreateContainerConfigError alone speaks for itself: it names the Secret or key that is missing, and nothing that changes. */
const explain = (stuck: NonNullable<ObservedPod["stuck"]>): ConditionFact => {
  if (stuck.reason === "PodRefused") {
    return { type: "Progressing", status: "False", ...explainRefusal("pod", stuck.message) }
  }
  if (stuck.reason === "BrokerFailed") {
    return {
      type: "Progressing",
      status: "False",
      reason: stuck.reason,
      message: `The run's broker does not start: ${stuck.message}`
    }
  }
  const [reason, message] = explanations[stuck.reason] ??
    (stuck.reason === "CreateContainerConfigError"
      ? ["SecretMissing", stuck.message] as const
      : [stuck.reason, `The pod does not start (${stuck.reason}). See the pod's events.`] as const)
  return { type: "Progressing", status: "False", reason, message }
}
