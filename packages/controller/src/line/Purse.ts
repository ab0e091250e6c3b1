/**
 * What runs may still spend, and from whose budgets: asked before a run starts, like a place among those that work. A run that works keeps what it
 * may cost, however little it has used, until its end says what it was; so those that start together cannot spend more than there is. Pure.
 */
import { accountName, type Budget, budgetsIn, nextPeriod, periodOf } from "@orchestrator/domain/Budgets"
import { oncePer } from "@orchestrator/domain/OncePer"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { type DateTime, Result } from "effect"
import { remainingBudget } from "../attempt/Budget.ts"
import type { JobFacts } from "../facts/Job.ts"
import { microsOf } from "../facts/Ledger.ts"
import type { RunFacts } from "../facts/Run.ts"
import type { Snapshot } from "../facts/Snapshot.ts"
import { accountOf, everybody } from "../facts/Spending.ts"
import { profiled } from "../kinds/Profiled.ts"

/** Who spends, and how much at most: millionths of a USD. */
export interface Spender {
  readonly githubUser: string
  readonly service: string
  readonly micros: number
}

export interface PurseBudget extends Budget {
  readonly limitMicros: number
}

export interface Purse {
  readonly budgets: ReadonlyArray<PurseBudget>
  readonly ofRun: (run: RunFacts) => Spender
  readonly ofJob: (job: JobFacts) => Spender
}

/** What nothing bounds is expected to cost what the configuration allows. */
export const purseIn = (config: OrchestratorConfig): Purse | undefined => {
  const budgets = budgetsIn(config.budgets).map((each) => ({ ...each, limitMicros: microsOf(each.limitUsd) }))
  if (budgets.length === 0) return undefined
  return {
    budgets,
    ofRun: oncePer((run: RunFacts): Spender => ({
      githubUser: accountName(run.githubUser),
      service: accountName(run.service),
      micros: run.ended || Result.isFailure(run.spec)
        ? 0
        : microsOf(remainingBudget(run, profiled(run.spec.success, config), config).costUsd)
    })),
    ofJob: ({ githubUser, maxCostUsd = config.limits.maxCostUsd, service }) => ({
      githubUser: accountName(githubUser),
      service: accountName(service),
      micros: microsOf(maxCostUsd)
    })
  }
}

/** The account of a spender that a budget is for; undefined: it is for none of its accounts. */
export const accountIn = ({ per }: Budget, spender: Spender): string | undefined => {
  if (per === "everybody") return everybody
  return spender[per] === "" ? undefined : accountOf[per](spender[per])
}

/** What an account has spent of a budget in the period that a time is in. */
export const spentOf = (
  { spending }: Pick<Snapshot, "spending">,
  now: DateTime.Utc,
  { period }: Budget,
  account: string
): number => spending.spent(periodOf(period, now), account)

export const opensAt = (now: DateTime.Utc, { period }: Budget): DateTime.Utc => nextPeriod(period, now)
