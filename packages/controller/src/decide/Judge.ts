/**
 * How an attempt ended, from the Job controller's last word, the runner's report and, where there is a broker, the broker's. First match
 * wins; a success is only what JudgeDelivery.ts makes of both.
 */
import type { AgentResult } from "@orchestrator/domain/AgentResult"
import type { BrokerResult } from "@orchestrator/domain/BrokerResult"
import { nameFields } from "@orchestrator/domain/Decode"
import { pushFailure } from "@orchestrator/domain/PushWords"
import type { TerminalReason } from "@orchestrator/domain/Reason"
import { sentence } from "@orchestrator/domain/Text"
import { Result } from "effect"
import type { ObservedJob } from "../facts/Observed.ts"
import type { AgentEnd } from "../facts/Reports.ts"
import { type Completed, judgeDelivery, type Proof, type Success } from "./JudgeDelivery.ts"

export interface Failure {
  readonly reason: Exclude<TerminalReason, "Delivered">
  readonly message: string
}

export type Verdict = Success | Failure

/** What a person must look at when a credential is missing. */
export interface CredentialHints {
  readonly modelKey: string
  readonly gitAccess: string
}

/**
 * The verdict on an attempt whose agent has ended; undefined while only the Job controller's last word can tell who ended it, so that
 * the verdict is the same whichever of pod and Job is seen first.
 */
export const judgeAgent = (job: ObservedJob, end: AgentEnd, credentials: CredentialHints): Verdict | undefined => {
  if (Result.isFailure(end.result)) {
    return silent(job, end, `no valid result: ${nameFields(end.result.failure)}`, credentials)
  }
  const runnerReport = end.result.success
  switch (runnerReport.outcome) {
    case "Completed":
      return judgeCompleted(job, end, { ...runnerReport, outcome: runnerReport.outcome }, credentials)
    case "Failed":
      return judgeFailed(job, runnerReport, credentials)
    case "Interrupted":
      return interruption(job) ?? stoppedFromOutside(job)
  }
}

/**
 * The verdict on an attempt that left no word: its pod is gone, or its agent never ran. `neverBegan`: what kept the agent from beginning,
 * as far as that is known; a Job's own deadline is not the cause then.
 */
export const judgeJob = (job: ObservedJob, credentials: CredentialHints, neverBegan?: Failure): Verdict => {
  const isOwnDeadline = said(job)?.reason === "DeadlineExceeded" && job.stopping === undefined
  if (isOwnDeadline && neverBegan !== undefined) return neverBegan
  const by = interruption(job)
  if (by !== undefined) return by
  const failed = `The Job failed (${said(job)?.reason ?? "unknown"})`
  if (job.pod?.over === false) return lost(`${failed} and its pod did not end.`)
  if (job.pod?.filesRefused === true) return lost("The attempt's files did not match the digest in its Job.")
  if (job.pod !== undefined && job.pod.over && !job.pod.gone && job.pod.ended === undefined) {
    return missing(brokerReportOf(job), credentials) ??
      { reason: "SetupFailed", message: `The pod ${job.pod.name} failed before the agent started. See its log.` }
  }
  return lost(
    job.end?.succeeded === true
      ? "The Job completed, but its pod was gone before its result could be read."
      : `${failed} and its pod was gone before its result could be read.`
  )
}

const brokerReportOf = ({ brokered, pod }: ObservedJob): BrokerResult | undefined =>
  brokered && pod?.brokerReport !== undefined && Result.isSuccess(pod.brokerReport)
    ? pod.brokerReport.success
    : undefined

const judgeCompleted = (
  job: ObservedJob,
  end: AgentEnd,
  runnerReport: Completed,
  credentials: CredentialHints
): Verdict | undefined => {
  const proof = proofIn(job)
  const judged = judgeDelivery(runnerReport, Result.getOrUndefined(proof))
  if (judged === undefined) {
    const found = Result.isFailure(proof) ? proof.failure : ""
    return silent(job, end, `no valid broker report: ${found}`, credentials)
  }
  if (judged.reason === "Delivered") return judged
  return judgeFailed(
    job,
    runnerReport.reason === undefined ? { ...runnerReport, ...judged } : runnerReport,
    credentials
  )
}

/** Without a broker the runner's word is the proof; else what was found in the place of its broker's. */
const proofIn = ({ brokered, pod }: ObservedJob): Result.Result<Proof, string> => {
  if (!brokered) return Result.succeed({ by: "runner" })
  if (pod?.brokerReport === undefined) return Result.fail("nothing")
  return Result.mapBoth(pod.brokerReport, {
    onSuccess: (brokerReport): Proof => ({ by: "broker", brokerReport }),
    onFailure: (problems) => nameFields(problems)
  })
}

/** Reasons that say no more than that it went wrong; the broker may know better. */
const vague: ReadonlySet<AgentResult["reason"]> = new Set([undefined, "AgentError", "SetupFailed"])

/** What happens outside of the agent's container, which whoever writes its message cannot know: only InfraLost would start it again. */
const foreign: ReadonlySet<AgentResult["reason"]> = new Set([
  "InfraLost",
  "JobLost",
  "QuotaExceeded",
  "ImagePullFailed",
  "Unschedulable",
  "VolumeNotAttached",
  "PodRefused",
  "NameCollision",
  "DependencyFailed",
  "TemplateError"
])

/** A limit starts a run again, so it takes more than the word of whoever writes the agent's message. */
const unseenLimit = (runnerReport: AgentResult, brokered: boolean, brokerReport: BrokerResult | undefined): boolean =>
  runnerReport.reason === "RateLimited" && brokered && brokerReport?.limitedAt === undefined

const judgeFailed = (job: ObservedJob, runnerReport: AgentResult, credentials: CredentialHints): Failure => {
  const brokerReport = brokerReportOf(job)
  const delivery = brokerReport?.delivery
  // Of a runner of an older version, which called its work refused itself.
  if (runnerReport.reason === "PushRejected" && delivery?.pushRefused !== undefined) {
    return { reason: runnerReport.reason, message: pushFailure(delivery.branch, delivery.pushRefused) }
  }
  if (brokerReport !== undefined && vague.has(runnerReport.reason)) {
    const refused = brokerReport.modelRefused === "Budget" || brokerReport.modelRefused === "Turns"
    if (refused) return { reason: "BudgetExceeded", message: runnerReport.message }
    const absent = missing(brokerReport, credentials)
    if (absent !== undefined) return absent
  }
  if (unseenLimit(runnerReport, job.brokered, brokerReport)) {
    const doubt = "The agent reported a usage limit, but the broker saw none."
    return { reason: "AgentError", message: `${sentence(runnerReport.message)} ${doubt}` }
  }
  const reason = runnerReport.reason === undefined || foreign.has(runnerReport.reason)
    ? "AgentError"
    : runnerReport.reason
  return { reason, message: runnerReport.message }
}

const missing = (brokerReport: BrokerResult | undefined, credentials: CredentialHints): Failure | undefined => {
  if (brokerReport?.missing === undefined) return undefined
  const name = brokerReport.missing === "ModelKey" ? credentials.modelKey : credentials.gitAccess
  return {
    reason: "SecretMissing",
    message: `${name} is missing. Create it and raise spec.contextVersion.${
      brokerReport.problem === undefined ? "" : ` (${brokerReport.problem})`
    }`
  }
}

/** Exit codes of SIGINT, SIGKILL and SIGTERM. */
const signals = new Set([130, 137, 143])

/** An end without the words that it needs. */
const silent = (
  job: ObservedJob,
  { exitCode, reason }: AgentEnd,
  problem: string,
  credentials: CredentialHints
): Verdict | undefined => {
  const by = interruption(job)
  if (by !== undefined || job.end === undefined) return by
  if (reason === "ContainerStatusUnknown") return lost("The node restarted while the agent was running.")
  if (reason === "OOMKilled") {
    return { reason: "AgentError", message: "The agent ran out of memory. Raise agent.resources.limits.memory." }
  }
  if (
    job.brokered && job.pod?.gone === true && job.pod.brokerReport !== undefined &&
    Result.isFailure(job.pod.brokerReport)
  ) {
    return lost("The pod was lost before its broker reported what was delivered.")
  }
  return (signals.has(exitCode) ? stoppedFromOutside(job) : undefined) ?? missing(brokerReportOf(job), credentials) ?? {
    reason: "AgentError",
    message: `The agent's container ended with exit code ${exitCode} and ${problem}`
  }
}

/** What the Job controller says, or announces, of the Job's end. */
const said = ({ end, failing }: ObservedJob) => end ?? failing

/** Who stopped the pod; undefined when nobody that we know of did, or not yet. */
export const interruption = (job: ObservedJob): Failure | undefined => {
  if (job.stopping === "Finished") return undefined
  if (job.stopping === "Cancelled") return { reason: "Cancelled", message: "The run was cancelled." }
  if (job.stopping === "DeadlineExceeded" || said(job)?.reason === "DeadlineExceeded") {
    const limit = job.timeoutSeconds === undefined ? "" : ` of ${job.timeoutSeconds} s`
    return { reason: "DeadlineExceeded", message: `The attempt exceeded its time limit${limit}.` }
  }
  if (said(job)?.reason === "PodFailurePolicy") return lost(disrupted(job))
  return job.deleting ? { reason: "JobLost", message: "The Job was deleted while it was running." } : undefined
}

const disrupted = ({ pod }: ObservedJob): string =>
  `The pod was evicted, preempted or lost with its node.${
    pod?.disruption === undefined ? "" : ` ${sentence(pod.disruption)}`
  }`

/** A pod that got a signal from somebody else: deleted by a person, or by a node that shuts down. */
const stoppedFromOutside = ({ end }: ObservedJob): Failure | undefined =>
  end === undefined ? undefined : lost(`The pod was stopped from outside (${end.reason}).`)

const lost = (message: string): Failure => ({ reason: "InfraLost", message })
