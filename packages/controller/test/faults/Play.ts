/**
 * One case: a scenario with a list of choices, played to its end and judged. The measure is what the same scenario comes to when nothing
 * goes wrong.
 */
import { everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { shardNumberOf } from "@orchestrator/domain/Shards"
import type { Call } from "@orchestrator/embedded/faults/Call"
import type { Choices } from "@orchestrator/embedded/faults/Choices"
import type { LogLine } from "@orchestrator/embedded/faults/Process"
import { makeSimulation, type Point, type Simulation, type Step } from "@orchestrator/embedded/faults/Simulation"
import type { StoreContents } from "@orchestrator/embedded/store/ObjectStore"
import { PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import type { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { makeControllers } from "./Controllers.ts"
import { type Followers, makeCourse } from "./Course.ts"
import { endProblems, type EndState, endStateOf } from "./EndState.ts"
import { plantForeign } from "./Foreign.ts"
import { type Counts, makeLedger, plantedSecret, type Violation } from "./Ledger.ts"
import { peopleOf } from "./People.ts"
import { minute, type Scenario, second, type User, userOf } from "./Scenario.ts"
import { stateOf } from "./State.ts"

/** What a scenario comes to when nothing goes wrong. */
export interface Calm {
  readonly points: ReadonlyArray<Point>
  /** The points after this are those of the time in which nothing may be written any more. */
  readonly lastPoint: number
  readonly end: EndState
  readonly counts: ReadonlyMap<string, Counts>
  /** States that it went through, where nothing was left to do before time passed, and how many points there were each time. */
  readonly states: ReadonlyMap<string, ReadonlyArray<number>>
}

export interface Outcome {
  readonly violations: ReadonlyArray<Violation>
  readonly points: ReadonlyArray<Point>
  /** Faults that took effect, of the last case of this life. */
  readonly injected: number
  /** All that went wrong in this life. */
  readonly played: Choices
  /** Whether it came to a state from which the rest is known. */
  readonly equalled: boolean
  readonly calm: Calm
}

/** What may be beyond a run without faults. */
interface Allowed {
  readonly faults: number
  readonly updates: number
}

/** A state from which it came to a good end, by the measure of that time. */
export interface Seen extends Allowed {
  /** Whether it came back to where it is without faults before that. */
  readonly comesBack: boolean
}

/** Whether what was good then is good with what is allowed now. */
const isKnownTo = (known: Seen | undefined, { faults, updates }: Allowed): known is Seen =>
  known !== undefined && known.faults <= faults && known.updates <= updates

export interface PlayOptions {
  readonly scenario: Scenario
  readonly choices: Choices
  /** Undefined: this is the measure itself. */
  readonly calm: Calm | undefined
  /** States that were gone on from before, to a good end. */
  readonly seen: Map<string, Seen>
  readonly followers?: Followers
  /** What the controllers get for their client: to see that what they do wrong is found. */
  readonly through?: (client: KubernetesClient["Service"]) => KubernetesClient["Service"]
  /** To the end, also when that is known. */
  readonly wholeWay?: boolean
  readonly onStep?: (step: Step) => void
  readonly onLog?: (line: LogLine) => void
}

const nobody: Followers = { take: () => undefined, waits: () => false, passed: () => undefined }

const mostSteps = 40_000
/** Between the end of all runs and the look at what is left: longer than cleanup waits; after a fault, than what failed is put off. */
const tidyMillis = 3 * minute
const tidyAfterFaultMillis = 6 * minute
/** After that nothing is written any more. */
const quietMillis = 7 * minute
const rounds = 10
const usualBoundMinutes = 30
const longestBoundMinutes = 150

/** The cluster before anything happens, with what is others', the same for all cases of this thread. */
let start: { readonly contents: StoreContents; readonly foreign: ReadonlySet<string> } | undefined

const startOf = () => {
  const simulation = makeSimulation({
    seed: "start",
    script: () => undefined,
    level: "None",
    choose: () => 0,
    edit: () => "",
    start: () => ({ stop: () => undefined }),
    onSend: () => undefined,
    onDone: () => undefined,
    onChange: () => undefined,
    onStep: () => undefined,
    onLog: () => undefined
  })
  const foreign = new Set<string>()
  plantForeign(userOf(simulation, (uid) => foreign.add(uid)))
  const { objects } = simulation.server
  const contents = {
    revision: objects.revision(),
    objects: objects.resources().flatMap((resource) => objects.list(resource).map((object) => ({ resource, object })))
  }
  return { contents, foreign }
}

/**
 * Updates beyond those without a fault: one for each fault, where one replica is elected another, since a run waits meanwhile and may say so, and
 * one for every ten seconds that faults last, after which what is waited for is told. Two that both act and do not see the same correct each
 * other for as long as that lasts: no number is asked of them.
 */
const moreUpdates = (simulation: Simulation, { controllers, leadership }: Scenario): number => {
  if (controllers.length > 1 && leadership === "alone") return Number.POSITIVE_INFINITY
  const each = leadership === "lease" ? 2 : 1
  return simulation.injected() * each + Math.floor(simulation.faultMillis() / (10 * second))
}

const describeRuns = (user: User): string =>
  everyRunKind.flatMap(({ kind }) => user.runs(kind)).map(({ metadata, status }) =>
    `${metadata.name} is ${String(status?.["phase"])} ${String(status?.["reason"])}`
  ).join(", ")

/** By the labels of what is written. The claim of a workspace is no shard's: its version is the lock among them. */
const shardOf = (simulation: Simulation, { shards }: Scenario, { kind, name, sent }: Call): number | undefined => {
  if (shards === undefined) return 0
  if (kind === PersistentVolumeClaimKind) return undefined
  const stored = simulation.server.objects.list(`${kind.group}/${kind.plural}`).find(({ metadata }) =>
    metadata.name === name
  )
  const { metadata } = stored ?? (sent as KubernetesObject)
  return shardNumberOf(metadata?.labels)
}

export const play = (
  {
    calm,
    choices,
    followers = nobody,
    onLog,
    onStep,
    scenario,
    seen,
    through = (client) => client,
    wholeWay = false
  }: PlayOptions
): Outcome => {
  const points: Array<Point> = []
  start ??= startOf()
  const foreign = new Set(start.foreign)
  const logs: Array<string> = []
  const states = new Map<string, Array<number>>()
  const course = makeCourse(choices, calm?.points ?? [], followers.take)
  const { controllers, begin } = makeControllers(scenario)
  let steps = 0
  let equalled = false
  let resting = false

  const ledger = makeLedger({
    now: () => simulation.now(),
    foreign,
    elects: scenario.leadership === "lease",
    shardOf: (call) => shardOf(simulation, scenario, call),
    pods: () => user.pods()
  })
  const simulation: Simulation = makeSimulation({
    seed: scenario.id,
    script: scenario.script,
    contents: start.contents,
    level: onLog === undefined ? "Info" : "Debug",
    choose: (point) => {
      points.push(point)
      return resting ? 0 : course.choiceAt(point)
    },
    edit: (number) => {
      const edit = scenario.edits?.[number]
      edit?.act(user)
      return edit?.name ?? "no such edit"
    },
    start: (process, client) => begin(process, through(client)),
    onSend: ledger.onSend,
    onDone: ledger.onDone,
    onChange: ledger.onChange,
    onStep: onStep ?? (() => undefined),
    onLog: (line) => {
      logs.push(line.text + JSON.stringify(line.annotations))
      onLog?.(line)
    }
  })
  const { now } = simulation
  const user = userOf(simulation, (uid) => foreign.add(uid))
  const people = peopleOf(
    scenario,
    user,
    (what) => onStep?.({ point: undefined, at: now(), text: `-- ${what}`, fault: undefined })
  )

  const allowed = (): Allowed => ({
    faults: simulation.isMisled() ? Number.POSITIVE_INFINITY : simulation.injected(),
    updates: simulation.isMisled() ? Number.POSITIVE_INFINITY : moreUpdates(simulation, scenario)
  })
  const remember = (comesBack: boolean) => {
    const now = allowed()
    for (const state of states.keys()) {
      if (!isKnownTo(seen.get(state), now)) seen.set(state, { ...now, comesBack })
    }
    states.clear()
  }
  const close = () => {
    if (!course.isFree()) followers.passed(simulation.injected())
    course.wait()
  }
  /** Whether nothing else is to go wrong, now that it is where a run without faults was at one of these points. */
  const isBack = (among: ReadonlyArray<number>): boolean => {
    close()
    remember(true)
    simulation.settle()
    steps = 0
    return resting || !followers.waits(course.backAt(points.length, among))
  }

  /** Whether it goes on as something before it did, to the end. */
  const isKnown = (): boolean => {
    if (wholeWay || course.isInStep() || !course.isOver(points.length) || !simulation.isQuiet()) return false
    const state = stateOf(simulation, controllers, `${people.acted()} ${ledger.digest()}`)
    const among = calm?.states.get(state)
    if (among !== undefined) return isBack(among)
    states.set(state, [...states.get(state) ?? [], points.length])
    const known = calm === undefined ? undefined : seen.get(state)
    if (!isKnownTo(known, allowed())) return false
    close()
    return !known.comesBack || resting || !followers.waits(course.at(points.length))
  }
  const isDone = () => equalled || steps >= mostSteps || ledger.violations.length > 0

  /** One step, and what people do after it; false when it is that time. */
  const step = (until: number): boolean => {
    equalled ||= isKnown()
    if (isDone()) return false
    steps++
    const goes = simulation.step(Math.min(until, people.due()))
    people.look()
    return goes || now() < until
  }

  /** Until every run has ended. */
  const live = () => {
    // Whoever was told something else may have an agent that works for as long as it may.
    const bound = () => (simulation.isMisled() ? longestBoundMinutes : usualBoundMinutes) * minute
    const goesOn = () => step(simulation.faultsUntil() + bound())
    while (!people.isOver() && goesOn());
    // Where something else became of a run than was to, people need not come to what they wanted to do.
    if (people.isOver() || equalled || ledger.violations.length > 0 || (simulation.isMisled() && people.haveEnded())) {
      return
    }
    if (steps >= mostSteps) ledger.violate("I4", `it does not come to rest within ${mostSteps} steps`)
    else ledger.violate("I4", `after ${bound() / minute} minutes without a fault: ${describeRuns(user)}`)
  }

  /** Until what is left is tidied up. */
  const tidy = () => {
    const from = now()
    while (
      step(Math.max(from, simulation.faultsUntil()) + (simulation.injected() > 0 ? tidyAfterFaultMillis : tidyMillis))
    );
  }

  /** All is read anew, and looked at again and again: nothing may be written. */
  const rest = () => {
    resting = true
    const before = ledger.writes()
    const until = now() + quietMillis
    simulation.resync()
    for (let round = 0; round < rounds; round++) {
      for (const { controller } of controllers.values()) {
        for (const { kind } of everyRunKind) {
          for (const { metadata: { name = "", namespace = "" } } of user.runs(kind)) {
            simulation.server.run(controller.enqueue({ kind, namespace, name }))
          }
        }
      }
      const pause = now() + second
      while (step(pause));
    }
    while (step(until));
    const written = ledger.writes() - before
    if (written > 0) ledger.violate("I5", `${written} writes after all had ended`)
    if (steps >= mostSteps) ledger.violate("I5", "it does not come to rest after all had ended")
  }

  scenario.before?.(user)
  for (const name of scenario.controllers) simulation.begin(name)
  people.look()
  live()
  if (!isDone()) tidy()
  const end = endStateOf(simulation)
  const counts = new Map([...ledger.counts].map(([key, value]) => [key, { ...value }]))
  const lastPoint = points.length
  if (!isDone()) rest()
  if (logs.some((line) => line.includes(plantedSecret))) ledger.violate("I10", "a log line has the value of a Secret")
  if (!isDone()) {
    // Who was told what is not so need not end as without it.
    const measure = simulation.isMisled() ? undefined : calm
    const problems = [
      ...endProblems({
        simulation,
        end,
        counts,
        calm: measure,
        scenario,
        more: moreUpdates(simulation, scenario),
        late: ledger.late
      })
    ]
    for (const { invariant, what } of problems) ledger.violate(invariant, what)
  }
  if (ledger.violations.length === 0 && calm !== undefined) remember(false)
  return {
    violations: ledger.violations,
    points,
    injected: simulation.injected(),
    played: course.played(),
    equalled,
    calm: calm ?? { points, lastPoint, end, counts, states }
  }
}
