/**
 * What a run has spent and what it may still have to pay: pure. A request is let through only when the most that it can cost fits beside
 * all that is spent and open; what it did cost takes the place of that once the API has said so, and else the most stands.
 */
import { addTokens, type BrokerResult, type ModelRefusal, type ModelTokens } from "@orchestrator/domain/BrokerResult"

/** What a request asks to be let through with. */
export interface Claim {
  readonly model: string
  /** In millionths of a USD; undefined where the model has no price. */
  readonly micros: number | undefined
  /** Whether its answer is a turn of the agent. */
  readonly turn: boolean
}

/** A claim that was let through, with the tokens that are known of its answer by now. */
export interface Open extends Claim {
  readonly tokens: Omit<ModelTokens, "answers">
}

export interface Ledger {
  /** As the API has reported it. */
  readonly settledMicros: number
  /** Of requests whose end was not seen. */
  readonly standingMicros: number
  readonly complete: boolean
  readonly turns: number
  readonly models: Readonly<Record<string, ModelTokens>>
  readonly open: ReadonlyMap<number, Open>
  readonly next: number
}

export interface Limits {
  readonly maxCostUsd: number | undefined
  readonly maxAnswers: number | undefined
}

export interface Refused {
  readonly reason: Exclude<ModelRefusal, "Cancelled">
  /** Whether it is what is open that leaves no room: that may get free. */
  readonly passing: boolean
  /** Millionths of a USD that are neither spent nor reserved. */
  readonly left: number
}

const micros = (usd: number | undefined): number => Math.round((usd ?? 0) * 1e6)
const usd = (amount: number): number => amount / 1e6

/** What was reported before: what was open then has an end that nobody saw. */
export const ledgerFrom = ({ costComplete, costUsd, models, reservedUsd, turns }: BrokerResult): Ledger => ({
  settledMicros: Math.max(0, micros(costUsd) - micros(reservedUsd)),
  standingMicros: micros(reservedUsd),
  complete: costComplete,
  turns: turns ?? 0,
  models,
  open: new Map(),
  next: 0
})

const reservedMicros = ({ open, standingMicros }: Ledger): number =>
  [...open.values()].reduce((sum, claim) => sum + (claim.micros ?? 0), standingMicros)

const answersOf = ({ models }: Pick<Ledger, "models">): number =>
  Object.values(models).reduce((sum, { answers }) => sum + answers, 0)

const longestName = 100
const none: ModelTokens = { answers: 0, input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }

const changed = (ledger: Ledger, model: string, tokens: Partial<ModelTokens>): Ledger["models"] => {
  const name = model.slice(0, longestName)
  const before = Object.hasOwn(ledger.models, name) ? ledger.models[name] : undefined
  const after = addTokens(before, { ...none, ...tokens })
  const others = Object.entries(ledger.models).filter(([other]) => other !== name)
  // One that was never answered is no model of the run's.
  return Object.fromEntries(Object.values(after).every((each) => each === 0) ? others : [...others, [name, after]])
}

/** Why a claim is not let through; undefined when it is. */
export const refusalOf = (ledger: Ledger, claim: Claim, { maxAnswers, maxCostUsd }: Limits): Refused | undefined => {
  const spent = ledger.settledMicros + ledger.standingMicros
  const most = maxCostUsd === undefined ? Infinity : Math.floor(maxCostUsd * 1e6 + 1e-6)
  const left = Math.max(0, most - ledger.settledMicros - reservedMicros(ledger))
  if (maxCostUsd !== undefined && (claim.micros === undefined || spent >= most || claim.micros > left)) {
    const passing = claim.micros !== undefined && ledger.open.size > 0 && spent < most && claim.micros <= most - spent
    return { reason: "Budget", passing, left }
  }
  const answers = answersOf(ledger)
  return maxAnswers !== undefined && answers >= maxAnswers
    ? { reason: "Turns", passing: answers - ledger.open.size < maxAnswers, left }
    : undefined
}

/** With the claim open; its answer counts from now on. */
export const opened = (ledger: Ledger, claim: Claim): readonly [id: number, Ledger] => [
  ledger.next,
  {
    ...ledger,
    complete: ledger.complete && claim.micros !== undefined,
    turns: ledger.turns + (claim.turn ? 1 : 0),
    models: changed(ledger, claim.model, { answers: 1 }),
    open: new Map([...ledger.open, [ledger.next, { ...claim, tokens: none }]]),
    next: ledger.next + 1
  }
]

const without = ({ open }: Ledger, id: number): Ledger["open"] => new Map([...open].filter(([each]) => each !== id))

/** The totals that an answer has reached. */
export const grown = (ledger: Ledger, id: number, tokens: Open["tokens"]): Ledger => {
  const claim = ledger.open.get(id)
  if (claim === undefined) return ledger
  const more = (key: keyof Open["tokens"]) => Math.max(0, tokens[key] - claim.tokens[key])
  const added = {
    input: more("input"),
    output: more("output"),
    cacheRead: more("cacheRead"),
    cacheWrite: more("cacheWrite")
  }
  const { answers: _, ...reached } = addTokens({ ...none, ...claim.tokens }, { ...none, ...added })
  return {
    ...ledger,
    models: changed(ledger, claim.model, added),
    open: new Map([...ledger.open, [id, { ...claim, tokens: reached }]])
  }
}

/** The claim ended with a cost that the API reported; undefined: no model's price is known. */
export const settled = (ledger: Ledger, id: number, cost: number | undefined): Ledger =>
  ledger.open.has(id)
    ? {
      ...ledger,
      settledMicros: ledger.settledMicros + (cost ?? 0),
      complete: ledger.complete && cost !== undefined,
      open: without(ledger, id)
    }
    : ledger

/** Nobody saw its end. */
export const stands = (ledger: Ledger, id: number): Ledger => ({
  ...ledger,
  standingMicros: ledger.standingMicros + (ledger.open.get(id)?.micros ?? 0),
  open: without(ledger, id)
})

/** It was never worked on: neither money nor an answer. */
export const freed = (ledger: Ledger, id: number): Ledger => {
  const claim = ledger.open.get(id)
  return claim === undefined ? ledger : {
    ...ledger,
    turns: ledger.turns - (claim.turn ? 1 : 0),
    models: changed(ledger, claim.model, { answers: -1 }),
    open: without(ledger, id)
  }
}

/** What is reported of it. */
export const reported = (
  ledger: Ledger,
  answersPerTurn: number
): Pick<BrokerResult, "costComplete" | "costUsd" | "models" | "reservedUsd" | "turns"> => {
  const reserved = reservedMicros(ledger)
  const cost = ledger.settledMicros + reserved
  const turns = Math.max(ledger.turns, Math.ceil(answersOf(ledger) / answersPerTurn))
  return {
    models: ledger.models,
    costComplete: ledger.complete,
    ...(cost === 0 && !ledger.complete ? {} : { costUsd: usd(cost) }),
    reservedUsd: usd(reserved),
    turns
  }
}
