/**
 * What attempts have cost, written down outside of their runs: a run that is deleted gives no money back. ConfigMaps of fixed names, with a
 * key for each attempt, so that whoever writes it twice has written it once.
 */
import { accountName } from "@orchestrator/domain/Budgets"
import { fnv1aInt32 } from "@orchestrator/domain/Hash"
import { group } from "@orchestrator/domain/Labels"
import { toMillionth } from "@orchestrator/domain/Usage"
import type { ConfigMap } from "@orchestrator/k8s/Objects"
import type { Identity } from "@orchestrator/k8s/Store"
import { Schema } from "effect"
import { shared } from "./Bounds.ts"
import { identityOf } from "./Identity.ts"

/** What one attempt has cost. */
export interface Spent {
  /** Namespace and name of its Job, which no other attempt has: a key of a ConfigMap. */
  readonly attempt: string
  /** Day in UTC on which it ended. */
  readonly day: string
  /** Millionths of a USD. */
  readonly micros: number
  /** As which GitHub user and service it is counted; "": as none. */
  readonly githubUser: string
  readonly service: string
  /** It might have cost that much: nobody has seen its end. */
  readonly reserved?: true
}

export interface LedgerFacts extends Identity {
  readonly entries: ReadonlyMap<string, Spent>
}

/** By this label they are followed; what bears it elsewhere, or under another name, says nothing. */
const ledgerLabel = `${group}/ledger`
export const ledgerSelector = `${ledgerLabel}=spending`

const parts = 16
const nameOf = (part: number): string => `orchestrator-spending-${part}`
export const ledgerNames: ReadonlyArray<string> = Array.from({ length: parts }, (_, part) => nameOf(part))

/** The ConfigMap in which an attempt is written down. */
export const ledgerOf = (attempt: string): string => nameOf((fnv1aInt32(attempt) >>> 0) % parts)

export const attemptKey = (namespace: string, jobName: string): string => `${namespace}.${jobName}`

export const microsOf = (usd: number): number => Math.round(usd * 1e6)
export const usdOf = (micros: number): number => toMillionth(micros / 1e6)

/** Of an amount that a status or a report has; 0 for what is none. */
export const amountIn = (usd: unknown): number =>
  typeof usd === "number" && Number.isFinite(usd) && usd > 0 ? microsOf(Math.min(usd, mostUsd)) : 0

/** More than any attempt may cost. */
const mostUsd = 1_000_000

const nobody = "-"

export const formatSpent = ({ day, githubUser, micros, reserved, service }: Spent): string =>
  [
    day,
    usdOf(micros),
    githubUser === "" ? nobody : githubUser,
    service === "" ? nobody : service,
    ...(reserved ? ["reserved"] : [])
  ].join(" ")

const line = /^(\d{4}-\d\d-\d\d) (\d{1,7}(?:\.\d{1,6})?|\d(?:\.\d)?e-\d) (\S{1,63}) (\S{1,63})( reserved)?$/

const nameIn = (text: string | undefined): string =>
  text === undefined || text === nobody ? "" : shared(accountName(text))

/** Undefined: no line of ours. */
export const readSpent = (attempt: string, text: string): Spent | undefined => {
  const [, day, usd, githubUser, service, reserved] = line.exec(text) ?? []
  return day === undefined ? undefined : {
    attempt,
    day: shared(day),
    micros: amountIn(Number(usd)),
    githubUser: nameIn(githubUser),
    service: nameIn(service),
    ...(reserved === undefined ? {} : { reserved: true })
  }
}

const isText = Schema.is(Schema.String)

/** What cannot be read is left out: it costs nobody anything. */
export const ledgerFacts = ({ data = {}, metadata }: ConfigMap): LedgerFacts => {
  const entries = new Map<string, Spent>()
  for (const [attempt, text] of Object.entries(data)) {
    const spent = isText(text) ? readSpent(attempt, text) : undefined
    if (spent !== undefined) entries.set(attempt, spent)
  }
  return { ...identityOf(metadata), entries }
}

/** One that has these lines alone. */
export const newLedger = (namespace: string, name: string, data: Readonly<Record<string, string>>): ConfigMap => ({
  metadata: {
    name,
    namespace,
    labels: { "app.kubernetes.io/managed-by": "orchestrator", [ledgerLabel]: "spending" }
  },
  data
})
