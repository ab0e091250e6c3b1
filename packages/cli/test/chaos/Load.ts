/** What people ask for and when, from a seed alone: runs of both kinds over a few services, and what is done to them afterwards. */
import { type Dice, diceOf } from "./Random.ts"

export interface Create {
  readonly act: "create"
  readonly name: string
  readonly run: "CodeRun" | "DocsRun"
  readonly service: string
  readonly githubUser: string
  readonly dependsOn: ReadonlyArray<string>
  /** What its agent does, see cluster/Agents. */
  readonly script: string
}

/** What is done to something that there is. `again`: made anew under the same name, as it was. */
export type Deed =
  | "cancel"
  | "raise"
  | "delete"
  | "again"
  | "delete its Job"
  | "delete its pod"
  | "delete its files"
  | "take the labels off its Job"

export type Act =
  & { readonly at: number }
  & (Create | { readonly act: Deed; readonly name: string } | {
    readonly act: "delete a claim"
    readonly service: string
  })

const ourServices = ["api", "web", "billing", "search", "mail", "auth", "docs", "jobs"] as const
const users = ["ada", "bob", "cyd"] as const

/** Their end is brought about by somebody. */
const endless = (script: string) => script === "never" || script === "meek" || script === "unpulled"

const scriptOf = ({ between, chance, one }: Dice): string => {
  const millis = Math.round(between(150, 2500))
  if (chance(0.72)) return `deliver ${millis}`
  return one([`fail ${millis}`, `fail ${millis}`, `deliver ${millis * 3}`, "never", "never", "meek", "unpulled"])
}

/** What is done to a run of this script, by seconds after it was made. */
const deedsOf = (run: Create, isNeeded: boolean, { between, chance, one }: Dice) => {
  const soon = () => between(0.5, 10)
  const deeds: Array<{ readonly after: number; readonly act: Deed }> = []
  const raise = (after: number) => run.run === "CodeRun" && deeds.push({ after, act: "raise" })
  const remove = (after: number) => {
    deeds.push({ after, act: "delete" })
    if (isNeeded || chance(0.3)) deeds.push({ after: after + between(0.1, 4), act: "again" })
  }
  if (run.run === "CodeRun" && chance(0.12)) raise(soon())
  if (chance(0.2)) {
    const after = soon()
    const act = one<Deed>([
      "cancel",
      "delete",
      "delete its Job",
      "delete its pod",
      "delete its files",
      "take the labels off its Job"
    ])
    if (act === "delete") remove(after)
    else deeds.push({ after, act })
    if (act === "cancel" && chance(0.4)) raise(after + one([0, between(0, 3)]))
  }
  return deeds
}

/** Ends of runs that go on for ever come after everything else that is done to them. */
const endOf = ({ between, chance }: Dice): { readonly after: number; readonly act: Deed } => ({
  after: between(15, 25),
  act: chance(0.7) ? "cancel" : "delete"
})

export interface LoadOptions {
  readonly services?: readonly [string, ...ReadonlyArray<string>]
  /** Runs of one place may depend on each other. Default: there is one. */
  readonly placeOf?: (service: string) => string
  /** When a run is made that would be made at this second were they evenly spread. */
  readonly at?: (evenly: number) => number
}

/** Nobody makes a run depend on one that is older, in seconds. */
const oldestNeeded = 30

/** Acts of so many seconds, at this many runs a second, the earliest first. What has been begun is ended soon after. */
export const loadOf = (
  seed: number,
  seconds: number,
  rate: number,
  { at: timeOf = (evenly) => evenly, placeOf = () => "", services = ourServices }: LoadOptions = {}
): ReadonlyArray<Act> => {
  const dice = diceOf(`load ${seed}`)
  const acts: Array<Act> = []
  const codeRuns = new Map<string, Array<{ readonly name: string; readonly at: number }>>()
  const count = Math.floor((seconds - 1) * rate)
  for (let index = 0; index < count; index++) {
    const at = Math.round(timeOf(index / rate + dice.between(0, 1 / rate)) * 1000) / 1000
    const isCode = dice.chance(0.8)
    const name = `run-${index}`
    const back = Math.floor(dice.between(0, 4))
    const service = dice.one(services)
    const others = codeRuns.get(placeOf(service)) ?? []
    const before = others.at(-1 - back)
    const run: Create = {
      act: "create",
      name,
      run: isCode ? "CodeRun" : "DocsRun",
      service,
      githubUser: dice.one(users),
      dependsOn: isCode && before !== undefined && at - before.at < oldestNeeded && dice.chance(0.15)
        ? [before.name]
        : [],
      script: isCode ? scriptOf(dice) : "deliver 300"
    }
    acts.push({ at, ...run })
    // Whether somebody will wait for it is not known yet: as if somebody did.
    for (const { act, after } of deedsOf(run, isCode, dice)) acts.push({ at: at + after, act, name })
    if (endless(run.script)) {
      const { act, after } = endOf(dice)
      acts.push({ at: at + after, act, name })
      if (act === "delete") continue
    }
    if (isCode) codeRuns.set(placeOf(service), [...others, { name, at }])
  }
  for (let at = 8; at < seconds; at += dice.between(8, 16)) {
    acts.push({ at, act: "delete a claim", service: dice.one(services) })
  }
  return acts.sort((left, right) => left.at - right.at)
}
