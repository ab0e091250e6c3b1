/**
 * How an attempt ended, from the Job controller's last word and the runner's result. First match wins; success needs both the runner's
 * word and the proof that the branch is on the remote.
 */
import type { AgentResult, Delivery } from "@orchestrator/domain/AgentResult"
import { formatProblems } from "@orchestrator/domain/Decode"
import type { TerminalReason } from "@orchestrator/domain/Reason"
import { Result } from "effect"
import type { AgentEnd, ObservedJob } from "./Observed.ts"

export interface Verdict {
  readonly reason: TerminalReason
  readonly message: string
  readonly result?: AgentResult
}

/**
 * The verdict on an attempt whose agent has ended; undefined while only the Job controller's last word can tell who ended it, so that
 * the verdict is the same whichever of pod and Job is seen first.
 */
export const judgeAgent = (job: ObservedJob, end: AgentEnd): Verdict | undefined => {
  if (Result.isFailure(end.result)) return silent(job, end, formatProblems(end.result.failure))
  const result = end.result.success
  switch (result.outcome) {
    case "Completed":
      return { ...judgeDelivery(result.delivery, result.message), result }
    case "Failed":
      return { reason: result.reason ?? "AgentError", message: result.message, result }
    case "Interrupted": {
      const by = interruption(job) ?? stoppedFromOutside(job)
      return by === undefined ? undefined : { ...by, result }
    }
  }
}

/** The verdict on an attempt that left no word: its pod is gone, or its agent never ran. */
export const judgeJob = (job: ObservedJob): Verdict => {
  const by = interruption(job)
  if (by !== undefined) return by
  if (job.pod !== undefined && job.pod.over && !job.pod.gone && job.pod.ended === undefined) {
    return { reason: "SetupFailed", message: `The pod ${job.pod.name} failed before the agent started: see its log.` }
  }
  return lost(
    job.end?.succeeded === true
      ? "The Job completed but its pod was gone before its result could be read."
      : `The Job failed (${job.end?.reason ?? "unknown"}) and its pod was gone before its result could be read.`
  )
}

const judgeDelivery = (delivery: Delivery | undefined, message: string): Verdict => {
  if (delivery === undefined) {
    return { reason: "AgentError", message: "The agent ended, but the runner gave no proof of delivery." }
  }
  if (delivery.pushRefused !== undefined) {
    return {
      reason: "PushRejected",
      message: `The remote refused the push of ${delivery.branch}: ${delivery.pushRefused}`
    }
  }
  if (!delivery.changed) return { reason: "NoChanges", message: `The agent changed nothing. ${message}`.trim() }
  if (delivery.headCommit === undefined) {
    return { reason: "PushRejected", message: `The remote does not have the branch ${delivery.branch}.` }
  }
  return { reason: "Delivered", message: `${delivery.branch} is at ${delivery.headCommit.slice(0, 12)} on the remote.` }
}

/** Exit codes of SIGINT, SIGKILL and SIGTERM. */
const signals = new Set([130, 137, 143])

/** An end without a valid result. */
const silent = (job: ObservedJob, { exitCode, reason }: AgentEnd, problem: string): Verdict | undefined => {
  const by = interruption(job)
  if (by !== undefined || job.end === undefined) return by
  if (reason === "ContainerStatusUnknown") return lost("The node restarted while the agent ran.")
  if (reason === "OOMKilled") {
    return { reason: "AgentError", message: "The agent ran out of memory. Raise agent.resources.limits.memory." }
  }
  return (signals.has(exitCode) ? stoppedFromOutside(job) : undefined) ?? {
    reason: "AgentError",
    message: `The agent's container ended with exit code ${exitCode} and no valid result: ${problem}`
  }
}

/** Who stopped the pod; undefined when nobody that we know of did, or not yet. */
const interruption = (job: ObservedJob): Verdict | undefined => {
  if (job.stopping) return { reason: "Cancelled", message: "The run was cancelled." }
  if (job.end?.reason === "DeadlineExceeded") {
    return { reason: "DeadlineExceeded", message: "The attempt ran longer than its time limit." }
  }
  if (job.end?.reason === "PodFailurePolicy") return lost("The pod was evicted, preempted or lost with its node.")
  return job.deleting ? { reason: "JobLost", message: "The Job was deleted while it ran." } : undefined
}

/** A pod that got a signal from somebody else: deleted by a person, or by a node that shuts down. */
const stoppedFromOutside = ({ end }: ObservedJob): Verdict | undefined =>
  end === undefined ? undefined : lost(`The pod was stopped from outside (${end.reason}).`)

const lost = (message: string): Verdict => ({
  reason: "InfraLost",
  message: `${message} Raise spec.contextVersion to go on in the same workspace.`
})
