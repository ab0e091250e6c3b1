/**
 * What was spent, by day and month: of the ledger, and of the statuses that there are. Kept from one question to the next, and for the current
 * month alone. An attempt counts once, whoever tells of it; the ledger's word is the one that counts.
 */
import { accountName, periodOf } from "@orchestrator/domain/Budgets"
import { shardNumberOf } from "@orchestrator/domain/Shards"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import type { Store } from "@orchestrator/k8s/Store"
import { DateTime, Option, Predicate, Result } from "effect"
import { shared } from "./Bounds.ts"
import { amountIn, attemptKey, type LedgerFacts, ledgerNames, type Spent } from "./Ledger.ts"
import { goneFacts, type PodFacts } from "./Pod.ts"
import { addTo } from "./Sums.ts"

/** What a status tells. */
export interface Told extends Spent {
  /** Number of the shard whose run it is. */
  readonly shard: number
}

export interface Spending {
  /** Millionths of a USD that an account has spent in a day or a month. */
  readonly spent: (period: string, account: string) => number
  /** Accounts that have spent anything in a day or a month, with how much. */
  readonly accounts: (period: string) => ReadonlyMap<string, number>
  /** Notes what the attempts of a run have cost that have ended, as its status says. */
  readonly see: (run: CustomObject) => void
  readonly recorded: (attempt: string) => Spent | undefined
  /** What statuses tell and the ledger does not. */
  readonly unrecorded: () => ReadonlyArray<Told>
  /** Notes what a pod that is over, or gone, says of an attempt of which the ledger has only what it might have cost. */
  readonly podSeen: (pod: PodFacts, gone: boolean) => void
  /** What was noted so, and the ledger does not have yet. */
  readonly corrected: () => ReadonlyArray<Spent>
  /** From now on the months before are none of its business; answers with the lines of the ledger that are of them. */
  readonly forgetBefore: (month: string) => ReadonlyArray<Spent>
}

export const everybody = ""
export const accountOf = {
  githubUser: (name: string): string => `githubUser ${name}`,
  service: (name: string): string => `service ${name}`
}

/** Whether an account is one of those, and whose it is. */
export const isOf = (per: keyof typeof accountOf, account: string): boolean => account.startsWith(`${per} `)
export const nameOf = (account: string): string | undefined => account.split(" ")[1]

/** The accounts to which it is charged that an attempt of these costs something. */
export const accountsOf = ({ githubUser, service }: Pick<Spent, "githubUser" | "service">): ReadonlyArray<string> => [
  everybody,
  ...(githubUser === "" ? [] : [accountOf.githubUser(githubUser)]),
  ...(service === "" ? [] : [accountOf.service(service)])
]

const none: ReadonlyMap<string, number> = new Map()

const isSame = (left: Spent | undefined, right: Spent): boolean =>
  left !== undefined && left.day === right.day && left.micros === right.micros &&
  left.githubUser === right.githubUser && left.service === right.service && left.reserved === right.reserved

/** `own`: namespace of the installation. A ConfigMap of another one is not its ledger. */
export const makeSpending = (ledger: Store<LedgerFacts>, own: string): Spending => {
  const written = new Map<string, Spent>()
  const told = new Map<string, Told>()
  /** What has turned out of lines that say what an attempt might have cost. */
  const seen = new Map<string, Spent>()
  /** By day or month, and account. */
  const sums = new Map<string, Map<string, number>>()
  const lines = new Map<string, ReadonlyMap<string, Spent>>()

  const add = (spent: Spent | undefined, sign: 1 | -1) => {
    if (spent === undefined) return
    for (const period of [spent.day, spent.day.slice(0, 7)]) {
      const sum = sums.get(period) ?? new Map<string, number>()
      sums.set(period, sum)
      for (const account of accountsOf(spent)) addTo(sum, account, sign * spent.micros)
      if (sum.size === 0) sums.delete(period)
    }
  }

  const counted = (attempt: string): Spent | undefined => written.get(attempt) ?? told.get(attempt)

  const change = (attempt: string, set: () => void) => {
    add(counted(attempt), -1)
    set()
    add(counted(attempt), 1)
  }

  ledger.observe(({ name, namespace }) => {
    if (!ledgerNames.includes(name) || namespace !== own) return
    const before = lines.get(name)
    const now = ledger.get({ namespace, name })?.entries ?? new Map<string, Spent>()
    lines.set(name, now)
    for (const attempt of before?.keys() ?? []) {
      if (!now.has(attempt)) change(attempt, () => written.delete(attempt))
    }
    for (const [attempt, spent] of now) {
      if (!isSame(before?.get(attempt), spent)) change(attempt, () => written.set(attempt, spent))
    }
  })

  let since = ""
  const see = (run: CustomObject): void => {
    for (const each of attemptsIn(run)) {
      if (each.day >= since) change(each.attempt, () => told.set(each.attempt, each))
    }
  }

  return {
    spent: (period, account) => sums.get(period)?.get(account) ?? 0,
    accounts: (period) => sums.get(period) ?? none,
    see,
    recorded: (attempt) => written.get(attempt),
    unrecorded: () => [...told.values()].filter(({ attempt }) => !written.has(attempt)),
    podSeen: (pod, gone) => {
      if (!pod.over && !gone) return
      for (const { name } of pod.jobs) {
        const { reserved, ...line } = written.get(attemptKey(pod.namespace, name)) ?? { reserved: undefined }
        const costUsd = reserved === true ? costIn(pod.over ? pod : goneFacts(pod)) : undefined
        if (costUsd !== undefined && "attempt" in line) seen.set(line.attempt, { ...line, micros: amountIn(costUsd) })
      }
    },
    corrected: () => {
      for (const attempt of [...seen.keys()]) if (written.get(attempt)?.reserved !== true) seen.delete(attempt)
      return [...seen.values()]
    },
    forgetBefore: (month) => {
      since = month
      for (const { attempt, day } of [...told.values()]) {
        if (day < month) change(attempt, () => told.delete(attempt))
      }
      return [...written.values()].filter(({ day }) => day < month)
    }
  }
}

/** What an attempt has cost, as its pod's containers say; undefined: they do not. */
const costIn = ({ begun, brokerReport, ended, words }: PodFacts): number | undefined => {
  if (!begun) return 0
  if (words.broker !== undefined) {
    return brokerReport === undefined || Result.isFailure(brokerReport) ? undefined : brokerReport.success.costUsd
  }
  return ended === undefined || Result.isFailure(ended.result) ? undefined : ended.result.success.usage?.costUsd
}

const mostAttempts = 32

const field = (value: unknown, name: string): unknown =>
  Predicate.isObject(value) ? Reflect.get(value, name) : undefined

const textIn = (value: unknown, name: string): string | undefined => {
  const text = field(value, name)
  return Predicate.isString(text) && text.length <= 253 ? text : undefined
}

/** What the attempts of a run have cost that have ended, whatever its status holds. */
export const attemptsIn = ({ metadata, spec, status }: CustomObject): ReadonlyArray<Told> => {
  const attempts = field(status, "attempts")
  if (!Array.isArray(attempts)) return []
  return attempts.slice(-mostAttempts).flatMap((attempt: unknown): ReadonlyArray<Told> => {
    const jobName = textIn(attempt, "jobName")
    const micros = amountIn(field(field(attempt, "usage"), "costUsd"))
    const ended = Option.getOrUndefined(DateTime.make(textIn(attempt, "finishedAt") ?? ""))
    if (jobName === undefined || micros === 0 || ended === undefined) return []
    return [{
      attempt: attemptKey(metadata.namespace ?? "", jobName),
      day: shared(periodOf("day", DateTime.toUtc(ended))),
      micros,
      githubUser: shared(accountName(textIn(spec, "githubUser"))),
      service: shared(accountName(textIn(spec, "service"))),
      shard: shardNumberOf(metadata.labels)
    }]
  })
}
