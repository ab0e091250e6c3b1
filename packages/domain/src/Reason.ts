/**
 * Machine-readable reasons, as `status.reason` and the Ready condition carry them. The phase follows from the reason and is never chosen
 * beside it; only a passing reason has two: Pending while the run will go on by itself, Failed when it does not any more.
 */
import { Schema } from "effect"
import type { Outcome } from "./Phase.ts"

export const WaitingReason = Schema.Literals([
  "Accepted",
  "Suspended",
  "WaitingForDependencies",
  "WaitingForWorkspace",
  "Maintenance",
  "QuietHours",
  "WaitingForBudget",
  "WaitingForCapacity",
  "WaitingForAdmission"
])
export type WaitingReason = typeof WaitingReason.Type

/**
 * Blocked: the start is kept by something that somebody may have to mend; statuses of older versions call that Starting as well. Cancelling:
 * the agent has been told to stop; older versions go on saying what was before.
 */
export const RunningReason = Schema.Literals(["Starting", "Blocked", "AgentRunning", "Cancelling"])
export type RunningReason = typeof RunningReason.Type

export const FailureReason = Schema.Literals([
  "NoChanges",
  "InvalidSpec",
  "TemplateError",
  "SecretMissing",
  "NameCollision",
  "QuotaExceeded",
  "ImagePullFailed",
  "Unschedulable",
  "VolumeNotAttached",
  "PodRefused",
  "DependencyFailed",
  "DeadlineExceeded",
  "BudgetExceeded",
  "RateLimited",
  "AgentError",
  "SetupFailed",
  "PushRejected",
  "PullRequestMissing",
  "InfraLost",
  "JobLost"
])
export type FailureReason = typeof FailureReason.Type

/** Why a run is not moving, as its condition `Progressing` says; `Started` and `RateLimited`, `InfraLost` besides. */
export const ProgressReason = Schema.Literals([
  "NotStarted",
  "Suspended",
  "SchedulingGated",
  "Unschedulable",
  "ClaimPending",
  "VolumeNotAttached",
  "SandboxFailed",
  "InvalidImageName",
  "ImagePullBackOff",
  "SecretMissing",
  "ContainerNotMade",
  "BrokerFailed",
  "QuotaExceeded",
  "PodSecurity",
  "LimitRange",
  "Refused",
  "PodDeleted",
  "NodeNotReady"
])
export type ProgressReason = typeof ProgressReason.Type

/** Ends of an attempt after which a run goes on by itself, as often as it may. */
export const PassingReason = FailureReason.pick(["RateLimited", "InfraLost"])
export type PassingReason = typeof PassingReason.Type

export const TerminalReason = Schema.Literals(["Delivered", "Cancelled", ...FailureReason.literals])
export type TerminalReason = typeof TerminalReason.Type

export const Reason = Schema.Literals([
  ...WaitingReason.literals,
  ...RunningReason.literals,
  ...TerminalReason.literals
])
export type Reason = typeof Reason.Type

/** The phase that a terminal reason stands for. */
export const outcomeOf = (reason: TerminalReason): Outcome =>
  reason === "Delivered" ? "Succeeded" : reason === "Cancelled" ? "Cancelled" : "Failed"
