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

const services = ["api", "web", "billing", "search", "mail", "auth", "docs", "jobs"] as const
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

/** Acts of so many seconds, at this many runs a second, the earliest first. What has been begun is ended soon after. */
export const loadOf = (seed: number, seconds: number, rate: number): ReadonlyArray<Act> => {
  const dice = diceOf(`load ${seed}`)
  const acts: Array<Act> = []
  const codeRuns: Array<string> = []
  const count = Math.floor((seconds - 1) * rate)
  for (let index = 0; index < count; index++) {
    const at = Math.round((index / rate + dice.between(0, 1 / rate)) * 1000) / 1000
    const isCode = dice.chance(0.8)
    const name = `run-${index}`
    const before = codeRuns.at(-1 - Math.floor(dice.between(0, 4)))
    const run: Create = {
      act: "create",
      name,
      run: isCode ? "CodeRun" : "DocsRun",
      service: dice.one(services),
      githubUser: dice.one(users),
      dependsOn: isCode && before !== undefined && dice.chance(0.15) ? [before] : [],
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
    if (isCode) codeRuns.push(name)
  }
  for (let at = 8; at < seconds; at += dice.between(8, 16)) {
    acts.push({ at, act: "delete a claim", service: dice.one(services) })
  }
  return acts.sort((left, right) => left.at - right.at)
}
