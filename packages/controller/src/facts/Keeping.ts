/**
 * What a run that has ended says about whether it may be deleted: when it ended, whether its work is anywhere but in its workspace, and who
 * still asks for it. Read when it arrives, since of such a run nothing else is kept.
 */
import { type Condition, findCondition } from "@orchestrator/domain/Condition"
import { keepAnnotation, restoredAnnotation, triggerLabel } from "@orchestrator/domain/Labels"
import type { FailureReason, TerminalReason } from "@orchestrator/domain/Reason"
import { repositoryIdentity } from "@orchestrator/domain/Tenant"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { DateTime, Option, Predicate } from "effect"
import { shared } from "./Bounds.ts"
import type { Fields } from "./RunStatus.ts"

export interface KeepingFacts {
  /** Seconds since the epoch; NaN where it says no time that can be read. Never before it was made, which is the API server's word. */
  readonly endedAt: number
  /** What alone keeps it. */
  readonly keptFor: "annotation" | "restore" | "suspend" | undefined
  /** Whether its agent may have left work that is nowhere else. */
  readonly unpushed: boolean
  /** Whether it has a pull request that nobody has said to be merged or closed. */
  readonly openPullRequest: boolean
  /** Whether a trigger made it: the same event, come again, would make it a second time. */
  readonly triggered: boolean
  /** Service, or repository, among whose finished runs it counts. */
  readonly historyOf: string
}

const noWork: ReadonlySet<unknown> = new Set<FailureReason>([
  "InvalidSpec",
  "TemplateError",
  "SecretMissing",
  "NameCollision",
  "QuotaExceeded",
  "ImagePullFailed",
  "Unschedulable",
  "VolumeNotAttached",
  "PodRefused",
  "DependencyFailed"
])

/** NaN where it is no time. */
export const secondsOf = (time: unknown): number =>
  typeof time === "string"
    ? Option.match(DateTime.make(time), {
      onNone: () => NaN,
      onSome: (at) => Math.floor(DateTime.toEpochMillis(at) / 1000)
    })
    : NaN

/** Ends after which there is nothing to push. */
const nothingChanged: TerminalReason = "NoChanges"

/** Whether an attempt may have had an agent at work: one that failed before that can have left nothing. */
const mayHaveWorked = ({ outcome, reason, usage }: Fields): boolean =>
  usage !== undefined || !(outcome === "Failed" && noWork.has(reason))

const wasDelivered = (conditions: ReadonlyArray<Condition>): boolean => {
  const delivered = findCondition(conditions, "Delivered")
  // Of a pull request that is missing the branch is there.
  return delivered?.status === "True" || delivered?.reason === "PullRequestMissing"
}

/** Whether the newest attempt that may have worked has left work that the remote is not known to have. */
const isUnpushed = (status: Fields, conditions: ReadonlyArray<Condition>): boolean => {
  const { attempts, headCommit, phase, pullRequestUrl, reason, usage } = status
  const all: ReadonlyArray<Fields> = Array.isArray(attempts) ? attempts.filter(Predicate.isObject) : []
  const last = all.findLast(mayHaveWorked)
  if (last === undefined && (all.length > 0 || !isStarted(status))) return usage !== undefined
  if (last !== all.at(-1)) return last?.["outcome"] !== "Succeeded" && last?.["reason"] !== nothingChanged
  if (reason === nothingChanged || wasDelivered(conditions)) return false
  return phase !== "Succeeded" || (typeof headCommit !== "string" && typeof pullRequestUrl !== "string")
}

/** Of a status that has no attempts: whether it is an older version's, or one that never had a Job. */
const isStarted = ({ jobName, startedAt }: Fields): boolean => startedAt !== undefined || jobName !== undefined

const keptFor = ({ metadata: { annotations = {} }, spec, status = {} }: CustomObject): KeepingFacts["keptFor"] => {
  if (annotations[keepAnnotation] === "true") return "annotation"
  if (annotations[restoredAnnotation] !== undefined && status["originalUid"] === undefined) return "restore"
  return spec["suspend"] === true ? "suspend" : undefined
}

const isOver = (conditions: ReadonlyArray<Condition>): boolean => {
  const merged = findCondition(conditions, "Merged")
  return merged?.reason === "Merged" || merged?.reason === "Closed"
}

const historyOf = ({ spec: { repositoryUrl, service } }: CustomObject): string =>
  typeof service === "string"
    ? shared(service)
    : typeof repositoryUrl === "string"
    ? shared(repositoryIdentity(repositoryUrl.slice(0, longestAddress)))
    : ""

/** Longer than any that a definition lets pass. */
const longestAddress = 4096

export const keepingFacts = (run: CustomObject, conditions: ReadonlyArray<Condition>): KeepingFacts => {
  const { metadata, status = {} } = run
  return {
    endedAt: Math.max(secondsOf(status["finishedAt"] ?? status["lastUpdate"]), secondsOf(metadata.creationTimestamp)),
    keptFor: keptFor(run),
    unpushed: isUnpushed(status, conditions),
    openPullRequest: typeof status["pullRequestUrl"] === "string" && !isOver(conditions),
    triggered: metadata.labels?.[triggerLabel] !== undefined,
    historyOf: historyOf(run)
  }
}
