/**
 * Whether a Job is to end. The end is announced first (FailureTarget, SuccessCriteriaMet) and becomes true (Failed, Complete) when no
 * pod of the Job is left alive.
 */
import type { Job, ObjectCondition, Pod } from "@orchestrator/k8s/Objects"
import { conditionOf, isTrue } from "./Conditions.ts"
import type { Account } from "./JobAccount.ts"
import { restartsOf } from "./JobPods.ts"
import { millisOf } from "./Timestamps.ts"

export type EndCondition = Pick<ObjectCondition, "type" | "reason" | "message">

export interface EndInputs {
  readonly job: Job
  readonly active: ReadonlyArray<Pod>
  readonly account: Account
  readonly now: number
}

export const isFinished = ({ status }: Job): boolean =>
  isTrue(status?.conditions, "Complete") || isTrue(status?.conditions, "Failed")

export const parallelismOf = ({ spec }: Job): number => spec.parallelism ?? 1

/** Undefined for a work queue: then one success and no active pod complete the Job. */
export const completionsOf = ({ spec }: Job): number | undefined =>
  spec.completions ?? (spec.parallelism === undefined ? 1 : undefined)

export const succeededIn = ({ succeeded, uncounted }: Account): number => succeeded + uncounted.succeeded.length
const failedIn = ({ failed, uncounted }: Account): number => failed + uncounted.failed.length

/** When activeDeadlineSeconds is over; undefined while the clock does not run. */
export const deadlineOf = ({ spec, status }: Job, now: number): number | undefined =>
  spec.activeDeadlineSeconds === undefined || spec.suspend === true
    ? undefined
    : (millisOf(status?.startTime) ?? now) + spec.activeDeadlineSeconds * 1000

const beyondBackOffLimit = ({ account, active, job }: EndInputs): boolean => {
  const limit = job.spec.backoffLimit ?? 6
  if (failedIn(account) > limit) return true
  if (job.spec.template.spec.restartPolicy !== "OnFailure") return false
  const restarts = restartsOf(active)
  return limit === 0 ? restarts > 0 : restarts >= limit
}

const reachedCompletions = ({ account, active, job }: EndInputs): boolean => {
  const completions = completionsOf(job)
  const succeeded = succeededIn(account)
  return completions === undefined ? succeeded > 0 && active.length === 0 : succeeded >= completions
}

const announced = ({ status }: Job): EndCondition | undefined =>
  ["FailureTarget", "SuccessCriteriaMet"]
    .map((type) => conditionOf(status?.conditions, type))
    .find((condition) => condition?.status === "True")

/** The condition that announces the Job's end; undefined while it goes on. */
export const endConditionOf = (inputs: EndInputs): EndCondition | undefined => {
  const { account, job, now } = inputs
  const before = announced(job)
  if (before !== undefined) return before
  const failure = (reason: string, message: string): EndCondition => ({ type: "FailureTarget", reason, message })
  if (account.failJob !== undefined) return failure("PodFailurePolicy", account.failJob)
  if (beyondBackOffLimit(inputs)) {
    return failure("BackoffLimitExceeded", "Job has reached the specified backoff limit")
  }
  if (reachedCompletions(inputs)) {
    return {
      type: "SuccessCriteriaMet",
      reason: "CompletionsReached",
      message: "Reached expected number of succeeded pods"
    }
  }
  if (now >= (deadlineOf(job, now) ?? Infinity)) {
    return failure("DeadlineExceeded", "Job was active longer than specified deadline")
  }
  return undefined
}

/** The condition that ends the Job which was announced to end so. */
export const finalOf = ({ message, reason, type }: EndCondition): EndCondition => ({
  type: type === "FailureTarget" ? "Failed" : "Complete",
  ...(reason === undefined ? {} : { reason }),
  ...(message === undefined ? {} : { message })
})
