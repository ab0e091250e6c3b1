/** What a run may still spend: its limits are over all attempts, so what earlier ones used is gone. */
import type { ObservedRun } from "./Observed.ts"
import type { Wanted } from "./Wanted.ts"

export interface Budget {
  /** USD; undefined: no limit. */
  readonly costUsd: number | undefined
  readonly turns: number | undefined
}

export const remainingBudget = ({ status: { usage } }: ObservedRun, { maxCostUsd, maxTurns }: Wanted): Budget => ({
  costUsd: maxCostUsd === undefined ? undefined : round(Math.max(0, maxCostUsd - (usage?.costUsd ?? 0))),
  turns: maxTurns === undefined ? undefined : Math.max(0, maxTurns - (usage?.turns ?? 0))
})

const round = (usd: number): number => Math.round(usd * 1e6) / 1e6
