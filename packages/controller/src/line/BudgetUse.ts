/** What is used of each budget now, and by whom: told when somebody asks. Pure. */
import { periodOf } from "@orchestrator/domain/Budgets"
import { usdOf } from "../facts/Ledger.ts"
import { everybody, isOf, nameOf } from "../facts/Spending.ts"
import { promisesOf } from "./Promises.ts"
import { limitsIn } from "./Slots.ts"
import type { Moment } from "./Waiting.ts"

export interface BudgetUse {
  /** Its key in the configuration: `budgets.daily`. */
  readonly name: string
  /** The GitHub user or service; undefined: everybody. */
  readonly whose: string | undefined
  readonly limitUsd: number
  readonly spentUsd: number
  /** What those that work may still spend. */
  readonly promisedUsd: number
}

/** Of each budget the accounts that use any of it, who uses most first; of one that nobody uses, one without a name. */
export const budgetUse = (moment: Moment): ReadonlyArray<BudgetUse> => {
  const { config, now, snapshot } = moment
  const { purse } = limitsIn(config)
  if (purse === undefined) return []
  const promises = promisesOf(snapshot, purse)
  const useOf = (period: string, account: string) => ({
    spentUsd: usdOf(snapshot.spending.spent(period, account)),
    promisedUsd: usdOf(promises.promised(account))
  })
  return purse.budgets.flatMap((budget): ReadonlyArray<BudgetUse> => {
    const { limitUsd, period } = budget
    const time = periodOf(period, now)
    const name = `budgets.${budget.name}`
    const { per } = budget
    if (per === "everybody") return [{ name, whose: undefined, limitUsd, ...useOf(time, everybody) }]
    const accounts = new Set([...snapshot.spending.accounts(time).keys(), ...promises.accounts()])
    const uses = [...accounts].filter((account) => isOf(per, account)).map((account): BudgetUse => ({
      name,
      whose: nameOf(account),
      limitUsd,
      ...useOf(time, account)
    })).filter((use) => usedUsd(use) > 0)
    return uses.length === 0
      ? [{ name, whose: undefined, limitUsd, spentUsd: 0, promisedUsd: 0 }]
      : uses.sort((left, right) => usedUsd(right) - usedUsd(left))
  })
}

export const usedUsd = ({ promisedUsd, spentUsd }: BudgetUse): number => spentUsd + promisedUsd
