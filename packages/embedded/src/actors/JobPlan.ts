/** What the Job controller does with a Job that looks like this: pods to create, release and delete, and the status to write. */
import type { Job, ObjectCondition, Pod } from "@orchestrator/k8s/Objects"
import { conditionOf, withCondition } from "./Conditions.ts"
import { type Account, accountFor } from "./JobAccount.ts"
import {
  completionsOf,
  deadlineOf,
  type EndCondition,
  endConditionOf,
  finalOf,
  isFinished,
  parallelismOf,
  succeededIn
} from "./JobEnd.ts"
import { endOf, groupPods, hasEnded, isReady, isTracked, replacesOnlyFailed } from "./JobPods.ts"
import { earliest, timestamp } from "./Timestamps.ts"

export type JobStatus = NonNullable<Job["status"]>

export interface JobObserved {
  readonly job: Job
  /** Pods that the Job controls. */
  readonly pods: ReadonlyArray<Pod>
  readonly now: number
}

/** In the order in which it is performed. */
export interface JobPlan {
  readonly create: number
  /** Undefined: as it is. */
  readonly status: JobStatus | undefined
  /** Pods whose tracking finalizer goes. */
  readonly release: ReadonlyArray<Pod>
  readonly remove: ReadonlyArray<Pod>
  readonly wakeAt: number | undefined
}

const nothing: JobPlan = { create: 0, status: undefined, release: [], remove: [], wakeAt: undefined }

const firstBackOff = 10_000
const lastBackOff = 600_000

/** When the next pod may start after failures since the last success. */
const backOffOver = (pods: ReadonlyArray<Pod>): number | undefined => {
  const ended = pods.filter(hasEnded).map((pod) => ({ phase: pod.status?.phase, at: endOf(pod) ?? 0 }))
  const success = Math.max(-1, ...ended.filter(({ phase }) => phase === "Succeeded").map(({ at }) => at))
  const failures = ended.filter(({ at, phase }) => phase === "Failed" && at > success)
  if (failures.length === 0) return undefined
  const wait = Math.min(lastBackOff, firstBackOff * 2 ** (failures.length - 1))
  return Math.max(...failures.map(({ at }) => at)) + wait
}

interface Change {
  readonly create: number
  readonly remove: ReadonlyArray<Pod>
  /** Whether removed pods leave without being counted. */
  readonly uncounted: boolean
  readonly wakeAt: number | undefined
}

const unchanged: Change = { create: 0, remove: [], uncounted: false, wakeAt: undefined }

/** Brings the number of pods to what the Job asks for. */
const scale = ({ job, now, pods }: JobObserved, account: Account): Change => {
  const { active, terminating } = groupPods(pods)
  if (job.spec.suspend === true) return { ...unchanged, remove: active, uncounted: true }
  const completions = completionsOf(job)
  const succeeded = succeededIn(account)
  const left = completions === undefined ? (succeeded > 0 ? active.length : Infinity) : completions - succeeded
  const blocked = replacesOnlyFailed(job) ? terminating.length : 0
  const missing = Math.min(parallelismOf(job), left) - active.length - blocked
  if (missing < 0) return { ...unchanged, remove: active.slice(missing), uncounted: true }
  if (missing === 0) return unchanged
  const over = backOffOver(pods)
  return over !== undefined && over > now ? { ...unchanged, wakeAt: over } : { ...unchanged, create: missing }
}

const conditionAt = (now: number, end: EndCondition): ObjectCondition => ({
  ...end,
  status: "True",
  lastProbeTime: timestamp(now),
  lastTransitionTime: timestamp(now)
})

const suspension = ({ job, now }: JobObserved): ReadonlyArray<ObjectCondition> => {
  const before = job.status?.conditions ?? []
  const suspended = job.spec.suspend === true
  if (!suspended && conditionOf(before, "Suspended") === undefined) return before
  return withCondition(before, {
    ...conditionAt(now, {
      type: "Suspended",
      reason: suspended ? "JobSuspended" : "JobResumed",
      message: suspended ? "Job suspended" : "Job resumed"
    }),
    status: suspended ? "True" : "False"
  })
}

const startOf = ({ job, now }: JobObserved): string | undefined => {
  const before = job.status?.startTime
  if (job.spec.suspend === true) return before
  const resumed = conditionOf(job.status?.conditions, "Suspended")?.status === "True"
  return before === undefined || resumed ? timestamp(now) : before
}

const conditionsFor = (observed: JobObserved, end: EndCondition | undefined, over: boolean) => {
  if (end === undefined) return suspension(observed)
  const announced = withCondition(observed.job.status?.conditions, conditionAt(observed.now, end))
  return over ? withCondition(announced, conditionAt(observed.now, finalOf(end))) : announced
}

const counted = (name: "active" | "succeeded" | "failed", count: number) => count === 0 ? {} : { [name]: count }

const statusFor = (
  observed: JobObserved,
  account: Account,
  change: Change,
  end: EndCondition | undefined
): JobStatus => {
  const { active, terminating } = groupPods(observed.pods)
  const staying = active.filter((pod) => !change.remove.includes(pod))
  const alive = active.length + terminating.length
  const uncounted = account.uncounted.succeeded.length + account.uncounted.failed.length
  const over = end !== undefined && alive === 0 && uncounted === 0
  const startTime = startOf(observed)
  const conditions = conditionsFor(observed, end, over)
  return {
    ...counted("active", staying.length + change.create),
    ready: staying.filter(isReady).length,
    terminating: terminating.length + change.remove.length,
    ...counted("succeeded", account.succeeded),
    ...counted("failed", account.failed),
    ...(startTime === undefined ? {} : { startTime }),
    ...(over && end.type === "SuccessCriteriaMet" ? { completionTime: timestamp(observed.now) } : {}),
    ...(conditions.length === 0 ? {} : { conditions }),
    uncountedTerminatedPods: {
      ...(account.uncounted.succeeded.length === 0 ? {} : { succeeded: account.uncounted.succeeded }),
      ...(account.uncounted.failed.length === 0 ? {} : { failed: account.uncounted.failed })
    }
  }
}

export const planJob = (observed: JobObserved): JobPlan => {
  const { job, now, pods } = observed
  if (job.metadata.deletionTimestamp !== undefined) return { ...nothing, release: pods.filter(isTracked) }
  const { active } = groupPods(pods)
  if (isFinished(job)) return { ...nothing, release: pods.filter(isTracked), remove: active }
  const account = accountFor(job, pods)
  const end = endConditionOf({ job, active, account, now })
  const change = end === undefined ? scale(observed, account) : { ...unchanged, remove: active }
  return {
    create: change.create,
    status: statusFor(observed, account, change, end),
    release: [...account.ended, ...(change.uncounted ? change.remove.filter(isTracked) : [])],
    remove: change.remove,
    wakeAt: end === undefined ? earliest(change.wakeAt, deadlineOf(job, now)) : undefined
  }
}
