/**
 * What a run may spend: the administrator's ceilings bound what it asks for, and its limits are over all attempts, so what earlier ones
 * used is gone.
 */
import { budgetsIn } from "@orchestrator/domain/Budgets"
import type { FieldProblem } from "@orchestrator/domain/Decode"
import { listPricesDate } from "@orchestrator/domain/ListPrices"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { runPriceOf } from "@orchestrator/domain/RunPrice"
import { isAbove } from "@orchestrator/domain/Scheduling"
import { toMillionth } from "@orchestrator/domain/Usage"
import type { LiveRun } from "../facts/LiveRun.ts"
import type { RunSpec } from "../kinds/RunSpec.ts"

export interface Budget {
  readonly costUsd: number
  readonly turns: number
}

/** What the run's own fields allow, else the configured default. */
export const grantedBudget = ({ maxCostUsd, maxTurns }: RunSpec, { limits }: OrchestratorConfig): Budget => ({
  costUsd: maxCostUsd ?? limits.defaultMaxCostUsd ?? limits.maxCostUsd,
  turns: maxTurns ?? limits.defaultMaxTurns ?? limits.maxTurns
})

export const remainingBudget = (
  { status: { usage } }: LiveRun,
  spec: RunSpec,
  config: OrchestratorConfig
): Budget => {
  const { costUsd, turns } = grantedBudget(spec, config)
  return {
    costUsd: toMillionth(Math.max(0, costUsd - (usage?.costUsd ?? 0))),
    turns: Math.max(0, turns - (usage?.turns ?? 0))
  }
}

/** What a run asks for above the ceilings, each with the key that sets it. */
const aboveCeiling = (
  { maxCostUsd, maxTurns, timeoutSeconds }: RunSpec,
  { limits }: OrchestratorConfig
): ReadonlyArray<FieldProblem> =>
  ([
    ["maxCostUsd", maxCostUsd, "maxCostUsd"],
    ["maxTurns", maxTurns, "maxTurns"],
    ["timeoutSeconds", timeoutSeconds, "maxTimeoutSeconds"]
  ] as const).flatMap(([field, found, key]) =>
    found === undefined || found <= limits[key]
      ? []
      : [{ path: `spec.${field}`, expected: `at most ${limits[key]} (limits.${key})`, found: String(found) }]
  )

/** What a run may cost that no budget has room for, even when nothing of it is spent: it would wait for ever. */
const aboveBudgets = (spec: RunSpec, config: OrchestratorConfig): ReadonlyArray<FieldProblem> => {
  const { costUsd } = grantedBudget(spec, config)
  return budgetsIn(config.budgets).filter(({ limitUsd, per }) =>
    costUsd > limitUsd && (per !== "service" || spec.workspace !== undefined)
  ).map(({ limitUsd, name }) => ({
    path: "spec.maxCostUsd",
    expected: `at most ${limitUsd} (budgets.${name})`,
    found: String(costUsd)
  }))
}

/** A priority that this run's user may not ask for. */
const abovePriority = (
  { githubUser, priority }: RunSpec,
  { limits: { maxPriority, maxPriorityOfGithubUser } }: OrchestratorConfig
): ReadonlyArray<FieldProblem> => {
  const own = Object.hasOwn(maxPriorityOfGithubUser, githubUser) ? maxPriorityOfGithubUser[githubUser] : undefined
  const most = own ?? maxPriority
  const key = own === undefined ? "limits.maxPriority" : `limits.maxPriorityOfGithubUser[${JSON.stringify(githubUser)}]`
  return isAbove(priority, most)
    ? [{ path: "spec.priority", expected: `at most ${most} (${key})`, found: JSON.stringify(priority) }]
    : []
}

/** What Claude Code takes for a model of its own choice: it asks for another name, which the run's broker does not know. */
const alias = /^(?:default|best|opus|sonnet|haiku|fable|opusplan)(?:\[1m\])?$/i

/** A model without a name or a price of its own, where a broker is to keep the run within its budget. */
const unpriced = (
  spec: RunSpec,
  { agent, model: { prices, providers } }: OrchestratorConfig
): ReadonlyArray<FieldProblem> => {
  const { model } = spec
  if (agent.credentials === "env") return []
  if (alias.test(model)) {
    return [{
      path: "spec.model",
      expected: "a model's full name such as claude-opus-5-5, since an alias means another model in each version",
      found: JSON.stringify(model)
    }]
  }
  return runPriceOf({ prices, providers }, spec) !== undefined ? [] : [{
    path: "spec.model",
    expected: `a model with a price (list of ${listPricesDate}), so that its budget can be enforced: set model.prices[${
      JSON.stringify(model)
    }]`,
    found: JSON.stringify(model)
  }]
}

/** Why a run's limits cannot be granted; empty when they can. */
export const refusedLimits = (spec: RunSpec, config: OrchestratorConfig): ReadonlyArray<FieldProblem> => [
  ...aboveCeiling(spec, config),
  ...aboveBudgets(spec, config),
  ...abovePriority(spec, config),
  ...unpriced(spec, config)
]
