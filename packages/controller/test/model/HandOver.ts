/**
 * How a workspace changes hands, as a model: two runs, one claim, leaders that follow one another and leave requests behind that are carried
 * out later or never. Each stream of objects is seen when it is seen. Small enough that every state can be walked through. What time
 * bounds in the program (a request is carried out within a minute, or never) is here a condition. `Rules` are those that it takes.
 */

export interface Rules {
  /** Jobs and pods are read where the stores do not prove that the holder has left. */
  readonly freshReads: boolean
  /** A Job that was sent and not answered counts, also one of the leader before. */
  readonly underway: boolean
  /** Who leads no more sends nothing more. */
  readonly fence: boolean
}

type Index = 0 | 1
type Pair<A> = readonly [A, A]

/** What the API server has, by stream. */
interface Cluster {
  readonly runs: Pair<"live" | "deleted" | "ended">
  readonly jobs: Pair<"none" | "there" | "marked" | "gone">
  readonly pods: Pair<"none" | "running" | "over">
  /** Run that the annotation names. */
  readonly holder: Index | undefined
}

const streams = ["runs", "jobs", "pods", "holder"] as const

/** What a leader is about to do for a run, one request at a time. */
interface Plan {
  readonly step: "readJobs" | "readPods" | "lease" | "send"
  readonly run: Index
}

export interface State {
  readonly cluster: Cluster
  /** What the leader sees, and is about to do. */
  readonly sees: Cluster
  readonly plan: Plan | undefined
  /** What a process that led before is about to do, when it goes on. */
  readonly asleep: Plan | undefined
  /** Jobs, by run, that were sent and may be made yet. */
  readonly sent: Pair<boolean>
}

const fresh: Cluster = {
  runs: ["live", "live"],
  jobs: ["none", "none"],
  pods: ["none", "none"],
  holder: undefined
}

const first: State = { cluster: fresh, sees: fresh, plan: undefined, asleep: undefined, sent: [false, false] }

const both = [0, 1] as const
const other = (run: Index): Index => run === 0 ? 1 : 0
const set = <A>([left, right]: Pair<A>, index: Index, value: A): Pair<A> => index === 0 ? [value, right] : [left, value]

/** What people do. */
const people = function*(state: State): Generator<State> {
  const { holder, runs } = state.cluster
  const changed = (part: Partial<Cluster>): State => ({ ...state, cluster: { ...state.cluster, ...part } })
  for (const index of both) if (runs[index] !== "deleted") yield changed({ runs: set(runs, index, "deleted") })
  // Anybody who may write claims can take the annotation off.
  if (holder !== undefined) yield changed({ holder: undefined })
}

/** What Kubernetes does. */
const cluster = function*(state: State): Generator<State> {
  const { jobs, pods, runs } = state.cluster
  const changed = (part: Partial<Cluster>): State => ({ ...state, cluster: { ...state.cluster, ...part } })
  for (const index of both) {
    const [run, job, pod] = [runs[index], jobs[index], pods[index]]
    if (job === "there" && run === "deleted") yield changed({ jobs: set(jobs, index, "marked") })
    if (job === "there" && pod === "none") yield changed({ pods: set(pods, index, "running") })
    if (pod === "running") yield changed({ pods: set(pods, index, "over") })
    // Our finalizer is taken off; the pod goes after its Job.
    if (job === "marked") yield changed({ jobs: set(jobs, index, "gone") })
    if (job === "there" && pod === "over" && run === "live") yield changed({ runs: set(runs, index, "ended") })
    if (state.sent[index]) {
      const left = { ...state, sent: set(state.sent, index, false) }
      yield left
      // Its name is free again once a Job of that name is gone.
      if (job === "none" || job === "gone") {
        yield { ...left, cluster: { ...state.cluster, jobs: set(jobs, index, "there") } }
      }
    }
  }
}

/** Another process leads: it has listed everything anew. The one before is stopped where it is, or dead. */
const fallOver = function*({ cluster, plan, sent }: State, { fence }: Rules): Generator<State> {
  yield { cluster, sees: cluster, plan: undefined, asleep: fence ? undefined : plan, sent }
}

const isAtWork = ({ jobs, pods }: Cluster, run: Index): boolean =>
  (jobs[run] === "there" && pods[run] !== "over") || pods[run] === "running"

const isReady = ({ jobs, runs }: Cluster, run: Index): boolean => runs[run] === "live" && jobs[run] === "none"

/** The older of two that could start is first, and whoever has the lease and is ready. */
const mayStart = (sees: Cluster, run: Index): boolean =>
  isReady(sees, run) && !isAtWork(sees, other(run)) &&
  (!isReady(sees, other(run)) || sees.holder === run || (sees.holder === undefined && run === 0))

/** Whether what is seen proves that the other run has left. */
const isVacant = (sees: Cluster, run: Index): boolean =>
  sees.holder === other(run) && sees.pods[other(run)] === "over" && sees.jobs[other(run)] !== "marked"

const begin = (state: State, run: Index, { freshReads, underway }: Rules): Plan | undefined => {
  if (!mayStart(state.sees, run)) return undefined
  if (isVacant(state.sees, run) || !freshReads) return { step: "lease", run }
  // Before the reads: what is made after them was sent by now.
  return underway && state.sees.holder !== run && state.sent[other(run)] ? undefined : { step: "readJobs", run }
}

const leads = function*(state: State, rules: Rules): Generator<State> {
  const { cluster: now, plan, sees } = state
  if (plan === undefined) {
    for (const stream of streams) yield { ...state, sees: { ...sees, [stream]: now[stream] } }
    for (const run of both) {
      const begun = begin(state, run, rules)
      if (begun !== undefined) yield { ...state, plan: begun }
    }
    return
  }
  const { run, step } = plan
  const onTo = (next: Plan["step"], found: Cluster): State => ({ ...state, sees: found, plan: { step: next, run } })
  switch (step) {
    case "readJobs":
      return yield onTo("readPods", { ...sees, jobs: now.jobs })
    case "readPods": {
      const found = { ...sees, pods: now.pods }
      return yield mayStart(found, run) ? onTo("lease", found) : { ...state, sees: found, plan: undefined }
    }
    case "lease": {
      // Somebody else has written the claim meanwhile.
      if (sees.holder !== now.holder) return yield { ...state, plan: undefined }
      const leased = onTo("send", { ...sees, holder: run })
      return yield { ...leased, cluster: { ...now, holder: run } }
    }
    case "send":
      return yield { ...state, plan: undefined, sent: set(state.sent, run, true) }
  }
}

/** A process that goes on although another leads; only what it sends is of interest. */
const wakesUp = function*(state: State): Generator<State> {
  if (state.asleep?.step === "send") {
    yield { ...state, asleep: undefined, sent: set(state.sent, state.asleep.run, true) }
  }
}

const byItself = function*(state: State, rules: Rules): Generator<State> {
  yield* cluster(state)
  yield* leads(state, rules)
}

const disturbed = function*(state: State, rules: Rules): Generator<State> {
  yield* people(state)
  yield* fallOver(state, rules)
  yield* wakesUp(state)
}

const isBad = ({ cluster: { pods } }: State): boolean => pods[0] === "running" && pods[1] === "running"

/** Whether nobody waits for ever: both have ended, or been deleted. */
const isOver = ({ cluster: { runs } }: State): boolean => runs.every((run) => run !== "live")

const clusterKey = (seen: Cluster): string => streams.map((stream) => String(seen[stream])).join()
const planKey = (plan: Plan | undefined): string => plan === undefined ? "-" : `${plan.step}${plan.run}`
const keyOf = ({ asleep, cluster, plan, sees, sent }: State): string =>
  [clusterKey(cluster), clusterKey(sees), planKey(plan), planKey(asleep), ...sent].join("; ")

export interface Walk {
  readonly states: number
  /** From the first state to a bad one, as short as can be; undefined: there is none. */
  readonly toBad: ReadonlyArray<string> | undefined
  /** How many states a run cannot come to its end from without somebody's doing. */
  readonly stuck: number
}

/** Every state that can be reached, breadth first. */
export const walk = (rules: Rules): Walk => {
  const keys = [keyOf(first)]
  const numbers = new Map([[keyOf(first), 0]])
  const cameFrom = [-1]
  /** For each state those that lead to it by themselves. */
  const ways: Array<Array<number>> = [[]]
  const over: Array<number> = []
  let edge = [first]
  let at = 0

  /** Answers with its number, and notes it when it is new. */
  const meet = (state: State, next: Array<State>): number => {
    const key = keyOf(state)
    const known = numbers.get(key)
    if (known !== undefined) return known
    const number = keys.push(key) - 1
    numbers.set(key, number)
    cameFrom.push(at)
    ways.push([])
    next.push(state)
    return number
  }

  const pathTo = (number: number): ReadonlyArray<string> =>
    number < 0 ? [] : [...pathTo(cameFrom[number] ?? -1), keys[number] ?? ""]

  while (edge.length > 0) {
    const next: Array<State> = []
    for (const state of edge) {
      if (isBad(state)) return { states: keys.length, toBad: pathTo(at), stuck: 0 }
      if (isOver(state)) over.push(at)
      for (const reached of byItself(state, rules)) ways[meet(reached, next)]?.push(at)
      for (const reached of disturbed(state, rules)) meet(reached, next)
      at += 1
    }
    edge = next
  }
  const ends = new Set(over)
  for (const number of ends) for (const before of ways[number] ?? []) ends.add(before)
  return { states: keys.length, toBad: undefined, stuck: keys.length - ends.size }
}
