/**
 * What is written down of the cost of attempts, where there are budgets: before the status that says it, so that no run is deleted with a cost
 * that nobody knows; and before the Job of a run that is deleted while it works is let go of. What it may have cost stands until its end is seen.
 */
import { accountName, hasBudgets, periodOf } from "@orchestrator/domain/Budgets"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { DateTime } from "effect"
import { amountIn, attemptKey, microsOf, type Spent } from "../facts/Ledger.ts"
import type { Observed, ObservedJob } from "../facts/Observed.ts"
import { attemptsIn } from "../facts/Spending.ts"
import { Action, type ActionOf, type StatusWrite } from "./Action.ts"
import { evidenceOf } from "./Evidence.ts"

const record = (entries: ReadonlyArray<Spent>): ReadonlyArray<Action> => {
  const [first, ...rest] = entries
  return first === undefined ? [] : [Action.RecordSpent({ entries: [first, ...rest] })]
}

/** Whose money it was says the Job: a spec may have been edited since. */
const whoseIs = (job: ObservedJob | undefined, of: Pick<Spent, "githubUser" | "service">) => ({
  githubUser: job?.githubUser === undefined ? of.githubUser : accountName(job.githubUser),
  service: job?.service === undefined ? of.service : accountName(job.service)
})

/** What the attempts have cost that end with this status. */
const endedWith = ({ run, status }: StatusWrite, jobs: ReadonlyArray<ObservedJob>): ReadonlyArray<Spent> => {
  const { githubUser, name, namespace, service } = run
  const before = new Set(run.status.attempts?.flatMap(({ jobName, outcome }) => outcome === undefined ? [] : [jobName]))
  return attemptsIn({ metadata: { name, namespace }, spec: { githubUser, service }, status }).flatMap(
    ({ shard: _, ...spent }) => {
      const job = jobs.find((each) => attemptKey(each.namespace, each.name) === spent.attempt)
      return before.has(spent.attempt.slice(namespace.length + 1)) ? [] : [{ ...spent, ...whoseIs(job, spent) }]
    }
  )
}

/** What the attempt of a Job has cost, or may have cost, whose run is no longer there to say it. */
const leftBy = (job: ObservedJob, { limits }: OrchestratorConfig, now: DateTime.Utc): ReadonlyArray<Spent> => {
  // Nothing of it has run, nor will. Of any other the pod may be there, and at work, although it was not seen yet.
  if (job.suspended || job.podRefused !== undefined) return []
  const known = job.pod?.over !== true ? undefined : job.pod.begun ? evidenceOf(job).usage?.costUsd : 0
  const micros = known === undefined ? microsOf(job.maxCostUsd ?? limits.maxCostUsd) : amountIn(known)
  return micros === 0 ? [] : [{
    attempt: attemptKey(job.namespace, job.name),
    day: periodOf("day", now),
    micros,
    ...whoseIs(job, { githubUser: "", service: "" }),
    ...(known === undefined ? { reserved: true } : {})
  }]
}

/** The actions of a plan, each after what is to be written down before it. */
export const withSpent = (observed: Observed, actions: ReadonlyArray<Action>): ReadonlyArray<Action> => {
  const { config, jobs, now, orphans, run } = observed
  if (actions.length === 0 || !hasBudgets(config.budgets)) return actions
  const isOver = (name: string) =>
    run?.status.attempts?.some((each) => each.jobName === name && each.outcome !== undefined)
  const lost = (action: ActionOf<"ReleaseJob">): ReadonlyArray<Spent> =>
    run !== undefined && !run.deleting && jobs.some(({ uid }) => uid === action.uid) || isOver(action.name) === true
      ? []
      : [...jobs, ...orphans].filter(({ uid }) => uid === action.uid).flatMap((job) => leftBy(job, config, now))
  return actions.flatMap((action) => [
    ...(action._tag === "WriteStatus" ? record(endedWith(action, jobs)) : []),
    ...(action._tag === "ReleaseJob" ? record(lost(action)) : []),
    action
  ])
}
