/**
 * What happens when in a soak, from its length and a seed alone: a day's waves of runs, kills, API servers that go, storms of webhooks. A soak of
 * less than an hour has all of it in proportion. Pure.
 */
import { type Act, loadOf } from "../chaos/Load.ts"

const namespaceCount = 20
const serviceCount = 200

export const services: readonly [string, ...ReadonlyArray<string>] = [
  "svc-0",
  ...Array.from({ length: serviceCount - 1 }, (_, index) => `svc-${index + 1}`)
]

/** Index of the namespace that a service's runs are made in. */
export const placeOf = (service: string): number => Number(service.split("-")[1]) % namespaceCount

export const places = Array.from({ length: namespaceCount }, (_, index) => index)

/** Of an hour, in seconds. */
const hour = { wave: 600, kill: 300, storm: 600, part: 600, warm: 900, kept: 480 }

/** Never shorter: a new leader takes a minute before it begins anything that another one may have begun, and what a storm makes is worked off. */
const shortest = { kill: 150, storm: 240, kept: 120 }

export interface Plan {
  readonly acts: ReadonlyArray<Act>
  /** When a replica is killed: the leader, or one of the others. */
  readonly kills: ReadonlyArray<{ readonly at: number; readonly target: "leader" | "follower" }>
  /** When the API server goes, and how. */
  readonly outages: ReadonlyArray<{ readonly at: number; readonly kind: "api-server killed" | "api-server terminated" }>
  readonly storms: ReadonlyArray<number>
  /** Samples before this are of a process that is still warming up. */
  readonly warmSeconds: number
  /** Ended runs are deleted when they are so old. */
  readonly keptSeconds: number
  /** Figures are told for parts of so many seconds. */
  readonly partSeconds: number
}

/** At so much above and below the mean. */
const swing = 0.6

/** Where there is a wave every so many seconds, the time of what would come at a time evenly. */
const waved = (period: number) => (evenly: number): number =>
  Math.max(0, evenly + swing * period / (2 * Math.PI) * Math.sin(2 * Math.PI * evenly / period))

const every = (seconds: number, end: number): ReadonlyArray<number> =>
  Array.from({ length: Math.max(0, Math.ceil(end / seconds) - 1) }, (_, index) => (index + 1) * seconds)

export const planOf = (seed: number, minutes: number, rate: number): Plan => {
  const seconds = minutes * 60
  const of = (inHour: number) => inHour * seconds / 3600
  const storm = Math.max(shortest.storm, of(hour.storm))
  const acts = loadOf(seed, seconds, rate, {
    services,
    placeOf: (service) => String(placeOf(service)),
    at: waved(of(hour.wave))
  })
  return {
    acts: acts.map((act) => ({ ...act, at: Math.min(act.at, seconds) })).toSorted((one, other) => one.at - other.at),
    kills: every(Math.max(shortest.kill, of(hour.kill)), seconds).map((at, index) => ({
      at,
      target: index % 2 === 0 ? "leader" : "follower"
    })),
    outages: [
      { at: seconds * 0.36, kind: "api-server killed" },
      { at: seconds * 0.71, kind: "api-server terminated" }
    ],
    storms: every(storm, seconds).map((at) => at - storm / 3),
    warmSeconds: of(hour.warm),
    keptSeconds: Math.max(shortest.kept, of(hour.kept)),
    partSeconds: of(hour.part)
  }
}
