/**
 * What goes wrong and when, from a seed alone. Kinds come in shuffled rounds of a minute, so that each has its turn, with a
 * moment's calm between them. Nothing outlasts the end.
 */
import { type Dice, diceOf } from "./Random.ts"

/** Which of the replicas: whoever leads when it begins, the others, all, or the one in this place. */
export type Target = "leader" | "follower" | "both" | number

interface OnReplica {
  readonly target: Target
}

interface OnNode {
  readonly node: 0 | 1
}

/** `seconds`: how long it lasts. */
export type Fault =
  & { readonly at: number; readonly seconds: number }
  & (
    /** SIGKILL, or SIGTERM; back after `seconds`. */
    | { readonly kind: "kill" | "terminate" } & OnReplica
    /** SIGSTOP, then SIGCONT. */
    | { readonly kind: "freeze" } & OnReplica
    /** The API server dies, and is away for so long. */
    | { readonly kind: "api-server killed" | "api-server terminated" }
    /** etcd forgets its history: watches begin anew (410). */
    | { readonly kind: "compaction" }
    /** Answers and events of one resource come later. */
    | { readonly kind: "late answers"; readonly resource: string; readonly millis: number } & OnReplica
    /** Requests that write this resource arrive later. */
    | { readonly kind: "late writes"; readonly resource: string; readonly millis: number } & OnReplica
    /** Every connection breaks, once. */
    | { readonly kind: "cut" } & OnReplica
    /** Writes are done, and the connection breaks before their answer. */
    | { readonly kind: "lost answers"; readonly share: number } & OnReplica
    | {
      readonly kind: "refusals"
      readonly status: 429 | 500 | 503
      readonly share: number
      readonly retryAfter: number | undefined
    } & OnReplica
    /** Connections stay open and nothing comes any more. */
    | { readonly kind: "silence" } & OnReplica
    /** The wall clock is off by `step` seconds. */
    | { readonly kind: "clock"; readonly step: number } & OnReplica
    /** A node that the API server does not hear from; its containers go on. `evicts`: its pods are told to go meanwhile. */
    | { readonly kind: "node away"; readonly evicts: boolean } & OnNode
    /** A node that dies with its containers. `forgotten`: its Node object is deleted. */
    | { readonly kind: "node dead"; readonly forgotten: boolean } & OnNode
  )

export type FaultKind = Fault["kind"]
type Of<Kind extends FaultKind> = Fault extends infer Each ?
  Each extends { readonly kind: infer K } ? Kind extends K ? Omit<Each, "at" | "seconds" | "kind">
    : never
  : never
  : never

const target = ({ one }: Dice): Target => one(["leader", "leader", "follower", "both"])
const single = ({ one }: Dice): Target => one(["leader", "leader", "follower"])
const resources = ["pods", "jobs", "coderuns", "docsruns", "configmaps", "persistentvolumeclaims", "leases"] as const

type Made<Kind extends FaultKind> = Of<Kind> & { readonly seconds: number }

const makers: { readonly [Kind in FaultKind]: (dice: Dice) => Made<Kind> } = {
  kill: (dice) => ({ target: single(dice), seconds: dice.between(0.2, 8) }),
  terminate: (dice) => ({ target: single(dice), seconds: dice.between(0.2, 4) }),
  freeze: (dice) => ({ target: single(dice), seconds: dice.chance(0.6) ? dice.between(7, 14) : dice.between(0.3, 4) }),
  "api-server killed": ({ between }) => ({ seconds: between(0, 6) }),
  "api-server terminated": ({ between }) => ({ seconds: between(0, 1) }),
  compaction: () => ({ seconds: 0 }),
  "late answers": (dice) => ({
    target: target(dice),
    resource: dice.one(resources),
    millis: dice.between(300, 7000),
    seconds: dice.between(4, 12)
  }),
  "late writes": (dice) => ({
    target: target(dice),
    resource: dice.one(["jobs", "jobs", "persistentvolumeclaims", "coderuns/", "configmaps"]),
    millis: dice.between(300, 10_000),
    seconds: dice.between(4, 10)
  }),
  cut: (dice) => ({ target: target(dice), seconds: 0 }),
  "lost answers": (dice) => ({ target: target(dice), share: dice.between(0.3, 1), seconds: dice.between(1, 4) }),
  refusals: (dice) => ({
    target: target(dice),
    status: dice.one([429, 500, 503]),
    share: dice.between(0.3, 1),
    retryAfter: dice.one([undefined, 0, 1, 5, 3600]),
    seconds: dice.between(2, 8)
  }),
  silence: (dice) => ({ target: target(dice), seconds: dice.between(3, 12) }),
  clock: (dice) => ({
    target: target(dice),
    step: dice.one([-300, -30, -1, 1, 30, 300]),
    seconds: dice.between(3, 20)
  }),
  "node away": (dice) => ({ node: dice.one([0, 1]), evicts: dice.chance(0.5), seconds: dice.between(4, 20) }),
  "node dead": (dice) => ({ node: dice.one([0, 1]), forgotten: dice.chance(0.5), seconds: dice.between(4, 15) })
}

const isKind = (name: string): name is FaultKind => Object.hasOwn(makers, name)

export const faultKinds: ReadonlyArray<FaultKind> = Object.keys(makers).filter(isKind)

/** An API server that is told to end takes half a minute for that: such kinds come in every third round, from the second on. */
export const longKinds: ReadonlySet<FaultKind> = new Set(["api-server terminated"])
const hasLong = (round: number) => round % 3 === 1

const make = (kind: FaultKind, at: number, dice: Dice, end: number): Fault => {
  const made = makers[kind](dice)
  const fault = { ...made, kind, at, seconds: Math.min(made.seconds, Math.max(0, end - at)) }
  // Each maker makes what its kind asks for.
  return fault as Fault
}

/** The first seconds are calm: the replicas start. */
const begin = 3

/** After each round, so that what has piled up is worked off. */
const calm = 20

/** Faults of so many seconds, the earliest first. */
export const scheduleOf = (seed: number, seconds: number): ReadonlyArray<Fault> => {
  const dice = diceOf(`faults ${seed}`)
  const room = Math.max(1, Math.min(55, seconds - begin - 1))
  const faults: Array<Fault> = []
  for (let number = 0; begin + number * (room + calm) < seconds - 1; number++) {
    const round = begin + number * (room + calm)
    const kinds = faultKinds.filter((kind) => hasLong(number) || !longKinds.has(kind))
    const gap = room / kinds.length
    dice.shuffled(kinds).forEach((kind, index) => {
      const at = Math.round((round + index * gap + dice.between(0, gap)) * 1000) / 1000
      if (at < seconds) faults.push(make(kind, at, dice, seconds))
    })
  }
  return faults.sort((left, right) => left.at - right.at)
}
