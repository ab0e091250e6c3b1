/** Plays one case: attempts at a run, one pod after the other, until it is delivered. */
import { type Choices, lastChoice } from "@orchestrator/embedded/faults/Choices"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { commitTo, removeOriginals } from "../fixtures/Remotes.ts"
import { type Doubles, gitToken, modelKey, startDoubles } from "./Doubles.ts"
import { judgeAttempt, type Reports, reportsOf, type Violation } from "./Judgement.ts"
import { lookAt, type Seen } from "./Look.ts"
import { type AttemptEnd, type Known, playAttempt, watchNoMore } from "./Pod.ts"
import { makePoints, type Point } from "./Points.ts"
import type { Scenario } from "./Scenario.ts"
import { makeTime } from "./Time.ts"
import { copyOfWorld, newWorld, removeWorld, type World } from "./World.ts"

export interface Outcome {
  readonly violations: ReadonlyArray<Violation>
  /** Points of the first attempt. */
  readonly points: ReadonlyArray<Point>
  readonly struck: number
  /** With what each attempt ended. */
  readonly reasons: ReadonlyArray<string>
}

/** A scenario as it is before its first attempt, and what that comes to where nothing goes wrong. */
export interface Calm {
  readonly world: World
  readonly before: Seen
  readonly known: Known | undefined
  /** The number of the attempt that is played first. */
  readonly number: number
  readonly points: ReadonlyArray<Point>
}

const secrets = [gitToken, modelKey]
/** Real time that one attempt may take, on any machine. */
const longestMillis = 180_000
const cleanAttempts = 2

const remoteOf = ({ docs, target }: World, { kind }: Scenario): string => kind === "CodeRun" ? target : docs
const look = (world: World, scenario: Scenario) =>
  lookAt(world, remoteOf(world, scenario), { key: modelKey, token: gitToken })

/** As the controller's status has it. */
const knownOf = ({ broker, runner }: Reports, before: Known | undefined): Known | undefined => {
  const { branch, headCommit } = broker?.delivery ?? runner?.delivery ?? {}
  return branch === undefined || headCommit === undefined ? before : { branch, headCommit }
}

const bounded = (end: Promise<AttemptEnd>): Promise<AttemptEnd | undefined> => {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), longestMillis)
  })
  return Promise.race([end, over]).finally(() => clearTimeout(timer))
}

const played = async (
  doubles: Doubles,
  scenario: Scenario,
  calm: Omit<Calm, "points">,
  table: ReadonlyArray<Point>,
  choices: Choices,
  tell: (line: string) => void
): Promise<Outcome & { readonly world: World; readonly known: Known | undefined }> => {
  const world = copyOfWorld(calm.world)
  let time = makeTime()
  time.stop()
  const points = makePoints(choices, table, (line) => tell(`${(time.now() / 1000).toFixed(1).padStart(8)} s  ${line}`))
  const faulty = table.length === 0 ? 0 : Math.floor(lastChoice(choices) / table.length) + 1
  const violations: Array<Violation> = []
  const reasons: Array<string> = []
  let known = calm.known
  for (let attempt = 0; attempt < faulty + cleanAttempts; attempt++) {
    points.beginAttempt(attempt)
    tell(`attempt ${calm.number + attempt}`)
    const number = calm.number + attempt
    time = makeTime(time.now())
    const end = await bounded(playAttempt({ world, scenario, doubles, points, time, number, known, tell }))
    time.stop()
    if (end === undefined) {
      violations.push({ invariant: "P9", what: `attempt ${number} does not end` })
      break
    }
    const reports = reportsOf(end, scenario)
    const seen = await look(world, scenario)
    reasons.push(reports.reason)
    tell(`${reports.reason}: ${reports.message}`)
    violations.push(...judgeAttempt({ world, scenario, before: calm.before, seen, end, reports, secrets }))
    known = knownOf(reports, known)
    if (violations.length > 0 || reports.reason === scenario.ends) break
    if (attempt >= faulty) {
      violations.push({ invariant: "P8", what: `attempt ${number} ended with ${reports.reason}: ${reports.message}` })
      break
    }
  }
  return { violations, points: points.seen(), struck: points.struck(), reasons, world, known }
}

const prepared = async (doubles: Doubles, scenario: Scenario): Promise<Omit<Calm, "points">> => {
  const fresh = newWorld()
  writeFileSync(join(fresh.folder, "credentials", "anthropic-api-key"), modelKey)
  writeFileSync(join(fresh.folder, "credentials", "github-token"), gitToken)
  const { before } = scenario
  if (before === "a branch of somebody else") {
    commitTo(fresh.target, "feature/task-1-implementation", { "theirs.txt": "theirs" })
  }
  const first = { world: fresh, before: await look(fresh, scenario), known: undefined, number: 1 }
  if (before === undefined || before === "a branch of somebody else") return first
  const { known, violations, world } = await played(doubles, { ...scenario, commits: 1 }, first, [], [], () => {})
  if (violations.length > 0) throw new Error(`${scenario.id}: ${violations[0]?.what}`)
  removeWorld(fresh)
  if (before === "an attempt, then a person") commitTo(world.target, known?.branch ?? "", { "person.txt": "theirs" })
  const [pull] = world.pulls
  if (before === "a pull request of a person" && pull !== undefined) {
    world.pulls[0] = { ...pull, title: "Mine", body: "My own words." }
  }
  return { world, before: await look(world, scenario), known, number: 2 }
}

/** What programs read on demand is there before: reading takes time that nothing counts as work, and the clock would jump. */
const readModules = () =>
  Promise.all([
    import("../../src/agents/claude/ClaudeCli.ts"),
    import("../../src/forge/Issues.ts"),
    import("../../src/forge/github/GitHub.ts"),
    import("../../src/model/messages/Messages.ts")
  ])

export interface Player {
  readonly calmOf: (scenario: Scenario) => Promise<Calm>
  readonly play: (scenario: Scenario, choices: Choices, tell?: (line: string) => void) => Promise<Outcome>
  readonly close: () => Promise<void>
}

/** Of this thread: a scenario is made once, and each case has a copy. `measuredBefore`: points of scenarios that another thread has tried. */
export const makePlayer = async (measuredBefore: ReadonlyMap<string, ReadonlyArray<Point>>): Promise<Player> => {
  const [doubles] = await Promise.all([startDoubles(), readModules()])
  const calms = new Map<string, Promise<Calm>>()
  const measured = async (scenario: Scenario): Promise<Calm> => {
    const calm = await prepared(doubles, scenario)
    const before = measuredBefore.get(scenario.id)
    if (before !== undefined) return { ...calm, points: before }
    const { points, violations, world } = await played(doubles, scenario, calm, [], [], () => {})
    removeWorld(world)
    const [violation] = violations
    if (violation !== undefined) {
      throw new Error(`${scenario.id} fails without a fault: ${violation.invariant}: ${violation.what}`)
    }
    return { ...calm, points }
  }
  const calmOf = (scenario: Scenario): Promise<Calm> => {
    const known = calms.get(scenario.id) ?? measured(scenario)
    calms.set(scenario.id, known)
    return known
  }
  return {
    calmOf,
    play: async (scenario, choices, tell = () => {}) => {
      const calm = await calmOf(scenario)
      const { world, ...outcome } = await played(doubles, scenario, calm, calm.points, choices, tell)
      removeWorld(world)
      return outcome
    },
    close: async () => {
      watchNoMore()
      await doubles.close()
      for (const calm of calms.values()) removeWorld((await calm).world)
      removeOriginals()
    }
  }
}
