/**
 * How many runs may work at the same time, and what they may spend together. Slots are given in the order of the line, also to those whose Job
 * is only about to be seen: so no two rounds can give the same slot away, or the same money.
 */
import type { Budget } from "@orchestrator/domain/Budgets"
import { usesKueue } from "@orchestrator/domain/Kueue"
import { oncePer } from "@orchestrator/domain/OncePer"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { RunFacts } from "../facts/Run.ts"
import { accountIn, type Purse, type PurseBudget, purseIn, type Spender } from "./Purse.ts"

/** Who takes a slot: what is known of a run. */
export interface Claimant {
  readonly githubUser: string | undefined
  readonly service: string | undefined
  /** Whose money it would spend, and how much; of a run, what the configuration lets it. */
  readonly spender?: Spender
}

/** A run of which nothing is known any more. */
export const unknownClaimant: Claimant = { githubUser: undefined, service: undefined }

export interface Limits
  extends Pick<OrchestratorConfig["limits"], "activeRuns" | "activeRunsPerGithubUser" | "activeRunsPerService">
{
  readonly purse?: Purse
}

/** Where Kueue decides who starts, there are none but those of money. */
export const limitsIn = oncePer((config: OrchestratorConfig): Limits => {
  const { activeRuns, activeRunsPerGithubUser, activeRunsPerService } = config.limits
  const purse = purseIn(config)
  return {
    ...(usesKueue(config.kueue) ? {} : {
      ...(activeRuns === undefined ? {} : { activeRuns }),
      ...(activeRunsPerGithubUser === undefined ? {} : { activeRunsPerGithubUser }),
      ...(activeRunsPerService === undefined ? {} : { activeRunsPerService })
    }),
    ...(purse === undefined ? {} : { purse })
  }
})

export const isLimited = ({ activeRuns, activeRunsPerGithubUser, activeRunsPerService, purse }: Limits): boolean =>
  activeRuns !== undefined || activeRunsPerGithubUser !== undefined || activeRunsPerService !== undefined ||
  purse !== undefined

/** What counts a claimant, and up to which limit. */
export interface Counter {
  readonly name: string
  readonly key: string
  readonly limit: number
  /** What the claimant takes of it. */
  readonly takes: number
  /** Of one that counts money: the budget, and the account in it. */
  readonly money?: Money
}

export interface Money {
  readonly budget: PurseBudget
  readonly account: string
}

export const slotCountersOf = (limits: Limits, { githubUser, service }: Claimant): ReadonlyArray<Counter> =>
  ([
    ["activeRuns", "", limits.activeRuns],
    ["activeRunsPerGithubUser", githubUser, limits.activeRunsPerGithubUser],
    ["activeRunsPerService", service, limits.activeRunsPerService]
  ] as const).filter(([, who]) => who !== undefined).map(([name, who, limit = Infinity]) => ({
    name: `limits.${name}`,
    key: `${name} ${who}`,
    limit,
    takes: 1
  }))

const countersOf = (limits: Limits, claimant: Claimant): ReadonlyArray<Counter> =>
  limits.purse === undefined
    ? slotCountersOf(limits, claimant)
    : [...moneyCountersOf(limits.purse, claimant), ...slotCountersOf(limits, claimant)]

const isRun = (claimant: Claimant | RunFacts): claimant is RunFacts => "kind" in claimant

const moneyCountersOf = (purse: Purse, claimant: Claimant): ReadonlyArray<Counter> => {
  const spender = isRun(claimant) ? purse.ofRun(claimant) : claimant.spender
  if (spender === undefined) return []
  return purse.budgets.flatMap((budget) => {
    const account = accountIn(budget, spender)
    return account === undefined ? [] : [{
      name: `budgets.${budget.name}`,
      key: `${budget.name} ${account}`,
      limit: budget.limitMicros,
      takes: spender.micros,
      money: { budget, account }
    }]
  })
}

const hasBudget = ({ purse }: Limits, per: Budget["per"]): boolean =>
  purse?.budgets.some((budget) => budget.per === per) === true

const isPerGithubUser = (limits: Limits): boolean =>
  limits.activeRunsPerGithubUser !== undefined || hasBudget(limits, "githubUser")

const isPerService = (limits: Limits): boolean =>
  limits.activeRunsPerService !== undefined || hasBudget(limits, "service")

/** Those whom the limits count alike have the same. */
export const groupOf = (limits: Limits, { githubUser, service }: Claimant): string =>
  JSON.stringify([
    isPerGithubUser(limits) ? githubUser : undefined,
    isPerService(limits) ? service : undefined
  ])

/** Whether what one group takes is nobody's of another one. */
export const isByGroup = (limits: Limits): boolean =>
  limits.activeRuns === undefined && limits.purse === undefined && !(isPerGithubUser(limits) && isPerService(limits))

/** How many slots these take, by the keys of their counters. */
export const takenBy = (limits: Limits, active: Iterable<Claimant>): ReadonlyMap<string, number> => {
  const taken = new Map<string, number>()
  for (const claimant of active) {
    for (const { key } of slotCountersOf(limits, claimant)) taken.set(key, (taken.get(key) ?? 0) + 1)
  }
  return taken
}

/** What is spent of a budget by an account, and promised to those that work. */
export type UsedOf = (money: Money) => number

/** Slots that are left while so many are taken, and so much is used of budgets. */
export const makeSlots = (limits: Limits, before: ReadonlyMap<string, number>, usedOf: UsedOf = () => 0) => {
  const since = new Map<string, number>()
  const countOf = ({ key, money }: Counter) =>
    (since.get(key) ?? 0) + (money === undefined ? before.get(key) ?? 0 : usedOf(money))
  const isFull = (counter: Counter, takes: number) => countOf(counter) + takes > counter.limit
  /** The counters in which a claimant has no room. */
  const fullFor = (claimant: Claimant) =>
    countersOf(limits, claimant).filter((counter) => isFull(counter, counter.takes))
  return {
    /** Takes a slot; else says which limit is reached. */
    tryAcquire: (claimant: Claimant): string | undefined => {
      const [full] = fullFor(claimant)
      if (full !== undefined) return reachedText(full)
      for (const { key, takes } of countersOf(limits, claimant)) since.set(key, (since.get(key) ?? 0) + takes)
      return undefined
    },
    fullFor,
    isFullFor: (claimant: Claimant) => fullFor(claimant).length > 0,
    /** Whether nobody whom the limits count like this one gets a slot, however little it may cost. */
    isClosedFor: (claimant: Claimant) => countersOf(limits, claimant).some((counter) => isFull(counter, 1)),
    /** Whether nobody gets a slot any more. */
    isFull: () => countersOf(limits, nobodysClaim).some((counter) => isFull(counter, 1))
  }
}

/** Of nobody's, for nothing: it is counted where everybody is. */
const nobodysClaim: Claimant = { ...unknownClaimant, spender: { githubUser: "", service: "", micros: 0 } }

export const reachedText = ({ limit, money, name }: Counter): string =>
  `${name} is ${money === undefined ? limit : `${money.budget.limitUsd} USD`}`
