/**
 * Shards of an installation: each acts on the runs that have its number as a label. A run is given its number once, when it is made; that
 * of a run without one is 0. Whatever the number of shards becomes later, number n is looked after by shard n modulo that number, under the
 * Lease of number n: so no run is without an owner, and none has two.
 */
import { shardLabel } from "./Labels.ts"
import { leaderLease } from "./Names.ts"

export interface Shard {
  /** How many there are. */
  readonly count: number
  /** Which of them this process is, from 0. */
  readonly index: number
}

/** Numbers that a label may have are below this. */
export const mostShards = 16

/** The installation that is not divided. */
export const onlyShard: Shard = { count: 1, index: 0 }

/** Every number that there may be. */
export const shardNumbers: ReadonlyArray<number> = Array.from({ length: mostShards }, (_, number) => number)

/** Number of the shard that an object is of. Whatever is no number of a shard counts as 0. */
export const shardNumberOf = (labels: Readonly<Record<string, string>> | undefined): number => {
  const text = labels?.[shardLabel]
  return text !== undefined && /^(?:0|[1-9]\d?)$/.test(text) && Number(text) < mostShards ? Number(text) : 0
}

/** Whether a shard looks after what has this number. */
export const looksAfter = ({ count, index }: Shard, number: number): boolean => number % count === index

/** Numbers that a shard looks after, its own first. */
export const numbersOf = (shard: Shard): ReadonlyArray<number> =>
  shardNumbers.filter((number) => looksAfter(shard, number))

/** What selects the objects of a shard beside other labels; undefined where it has all. */
export const shardSelector = (shard: Shard): string | undefined => {
  if (shard.count === 1) return undefined
  return shard.index === 0
    ? `${shardLabel} notin (${shardNumbers.filter((number) => !looksAfter(shard, number)).join(",")})`
    : `${shardLabel} in (${numbersOf(shard).join(",")})`
}

/** The Lease that whoever acts on the runs of a number holds. */
export const leaseOfShard = (number: number): string => number === 0 ? leaderLease : `${leaderLease}-${number}`

/** Leases that there may be. */
export const shardLeases: ReadonlyArray<string> = shardNumbers.map(leaseOfShard)

/** What objects of a run of this number are labelled with: nothing of what runs had before there were shards. */
export const shardLabels = (number: number): Readonly<Record<string, string>> =>
  number === 0 ? {} : { [shardLabel]: String(number) }

const digits = "0123456789abcdefghijklmnopqrstuvwxyz"

/**
 * Number of a run that is made while there are `count` shards: the same for all runs of a service in a namespace, so that their workspace and
 * their line are one shard's. The chart's admission policy reckons the same in CEL, which knows no hash: a sum of digits in base 36.
 */
export const assignedNumber = (
  { name = "", namespace, service }: {
    readonly namespace: string
    readonly service: unknown
    readonly name?: string | undefined
  },
  count: number
): number => {
  const place = `${namespace}/${typeof service === "string" ? service : name}`
  const sum = [...place.replace(/[A-Z]/g, (letter) => letter.toLowerCase())]
    .reduce((total, letter) => total + digits.indexOf(letter) + 1, 0)
  return sum % count
}
