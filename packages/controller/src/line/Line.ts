/**
 * Who works, and who has yet to start, the oldest first: kept from one question to the next. What has changed is noted and looked at when
 * somebody asks, so that a question costs what has changed since the last one, and not what there is. In line are all that could start, and
 * some that cannot for a moment: whoever asks looks at each.
 */
import { makeSorted, type Sorted } from "@orchestrator/k8s/Sorted"
import { isAliveIn } from "../attempt/CurrentAttempt.ts"
import type { JobFacts } from "../facts/Job.ts"
import type { LedgerFacts } from "../facts/Ledger.ts"
import { dependencyIndex, type LiveRun } from "../facts/LiveRun.ts"
import type { PodFacts } from "../facts/Pod.ts"
import type { RunFacts } from "../facts/Run.ts"
import { formatKey, type RunKey } from "../facts/RunKey.ts"
import { hasStartedElsewhere, jobOf, runByUid, type Snapshot } from "../facts/Snapshot.ts"
import type { Stores } from "../facts/Stores.ts"
import { addTo } from "../facts/Sums.ts"
import { makePromises } from "./Promises.ts"
import { type Claimant, groupOf, type Limits, slotCountersOf, unknownClaimant } from "./Slots.ts"
import { isBefore, isWilling, startObstacle } from "./Waiting.ts"

export interface Line {
  /** How many slots are taken, by the keys of their counters. */
  readonly taken: () => ReadonlyMap<string, number>
  /** What those that work may still spend of an account: millionths of a USD. */
  readonly promised: (account: string) => number
  /**
   * The oldest first. Runs that the limits count alike are a group: those of a group that is closed when it would be its turn are left out.
   * `like`: of the group of this one alone.
   */
  readonly waiting: (isClosed: (group: Claimant) => boolean, like?: Claimant) => Iterable<LiveRun>
}

interface Group {
  readonly queue: Sorted<LiveRun>
  /** As it is in the order of the groups. */
  head: LiveRun
}

const order = (left: LiveRun, right: LiveRun): number => left.uid === right.uid ? 0 : isBefore(left, right) ? -1 : 1

/** Whether a Job is known as the run's: then its removal is told as the run's. */
const isKnownAs = (job: JobFacts | undefined, run: LiveRun): boolean =>
  job !== undefined &&
  (job.runUid === run.uid || job.runs.some(({ kind, name }) => kind === run.kind && name === run.name))

const mayStart = (snapshot: Snapshot, run: RunFacts | undefined): run is LiveRun =>
  isWilling(run) && !isKnownAs(jobOf(snapshot, run), run) && !hasStartedElsewhere(snapshot, run) &&
  startObstacle(snapshot, run) === undefined

/** Whether a Job takes its run's slot. One that bears our labels and no run's is somebody else's: it would keep its place for ever. */
export const takesSlot = (snapshot: Snapshot, job: JobFacts): boolean => job.runUid !== "" && isAliveIn(snapshot, job)

/** A line of nobody yet, and what is noted for it. */
const makeLine = (snapshot: Snapshot, limits: Limits) => {
  /** Keys of what has changed since the last question. */
  const changed = { jobs: new Map<string, RunKeyOfJob>(), uids: new Set<string>(), runs: new Map<string, RunKey>() }
  const workers = new Map<string, string>()
  /** By UID of the run how many of its Jobs take a slot, and as whom it is counted. */
  const working = new Map<string, { jobs: number; as: Claimant | undefined }>()
  const taken = new Map<string, number>()
  const members = new Map<string, LiveRun>()
  const groups = new Map<string, Group>()
  const heads = makeSorted<Group>((left, right) => order(left.head, right.head))
  const promises = limits.purse === undefined ? undefined : makePromises(snapshot, limits.purse)

  const count = (claimant: Claimant | undefined, by: number) => {
    for (const { key } of claimant === undefined ? [] : slotCountersOf(limits, claimant)) addTo(taken, key, by)
  }

  const settleJob = (key: string, { name, namespace }: RunKeyOfJob) => {
    const before = workers.get(key)
    const job = snapshot.jobs.get({ namespace, name })
    const now = job !== undefined && takesSlot(snapshot, job) ? job.runUid : undefined
    if (before === now) return
    for (const [uid, by] of [[before, -1], [now, 1]] as const) {
      if (uid === undefined) continue
      const of = working.get(uid) ?? { jobs: 0, as: undefined }
      of.jobs += by
      working.set(uid, of)
      changed.uids.add(uid)
    }
    if (now === undefined) workers.delete(key)
    else workers.set(key, now)
  }

  const settleWorker = (uid: string) => {
    const run = runByUid(snapshot, uid)
    const of = working.get(uid) ?? { jobs: 0, as: undefined }
    const isAtWork = of.jobs > 0 || (run !== undefined && hasStartedElsewhere(snapshot, run))
    count(of.as, -1)
    of.as = isAtWork ? run ?? unknownClaimant : undefined
    count(of.as, 1)
    if (isAtWork) working.set(uid, of)
    else working.delete(uid)
  }

  /** Puts a group where its first one belongs. */
  const placeGroup = (key: string, group: Group) => {
    const [head] = group.queue.items
    if (head === group.head) return
    heads.remove(group)
    if (head === undefined) return void groups.delete(key)
    group.head = head
    heads.add([group])
  }

  const leave = (key: string, run: LiveRun) => {
    members.delete(key)
    const name = groupOf(limits, run)
    const group = groups.get(name)
    group?.queue.remove(run)
    if (group !== undefined) placeGroup(name, group)
  }

  const enter = (name: string, runs: ReadonlyArray<LiveRun>) => {
    const known = groups.get(name)
    if (known !== undefined) {
      known.queue.add(runs)
      return placeGroup(name, known)
    }
    const queue = makeSorted(order)
    queue.add(runs)
    const [head] = queue.items
    if (head === undefined) return
    const group = { queue, head }
    groups.set(name, group)
    heads.add([group])
  }

  const settleRuns = () => {
    const coming = new Map<string, Array<LiveRun>>()
    for (const [key, at] of changed.runs) {
      const before = members.get(key)
      const now = snapshot.runs[at.kind].get(at)
      if (before !== undefined) leave(key, before)
      if (!mayStart(snapshot, now)) continue
      members.set(key, now)
      const name = groupOf(limits, now)
      const others = coming.get(name)
      if (others === undefined) coming.set(name, [now])
      else others.push(now)
    }
    for (const [name, runs] of coming) enter(name, runs)
  }

  const settle = () => {
    promises?.settle(changed)
    if (changed.jobs.size > 0) {
      for (const [key, at] of changed.jobs) settleJob(key, at)
      changed.jobs.clear()
    }
    if (changed.uids.size > 0) {
      for (const uid of changed.uids) settleWorker(uid)
      changed.uids.clear()
    }
    if (changed.runs.size > 0) {
      settleRuns()
      changed.runs.clear()
    }
  }

  function* merged(isClosed: (group: Claimant) => boolean): Generator<LiveRun> {
    /** Groups that have had a turn, with who is next in each. */
    const begun = makeSorted<{ readonly group: Group; readonly at: number; readonly run: LiveRun }>(
      (left, right) => order(left.run, right.run)
    )
    let unbegun = 0
    while (true) {
      const [next] = begun.items
      const fresh = heads.items[unbegun]
      if (next === undefined && fresh === undefined) return
      const isFresh = fresh !== undefined && (next === undefined || order(fresh.head, next.run) < 0)
      const turn = isFresh ? { group: fresh, at: 0, run: fresh.head } : next
      if (turn === undefined) return
      if (isFresh) unbegun += 1
      else begun.remove(turn)
      if (isClosed(turn.run)) continue
      yield turn.run
      const after = turn.group.queue.items[turn.at + 1]
      if (after !== undefined) begun.add([{ group: turn.group, at: turn.at + 1, run: after }])
    }
  }

  function* alike(isClosed: (group: Claimant) => boolean, like: Claimant): Generator<LiveRun> {
    for (const run of groups.get(groupOf(limits, like))?.queue.items ?? []) {
      if (isClosed(run)) return
      yield run
    }
  }

  const noteRun = (run: RunFacts) => {
    changed.uids.add(run.uid)
    changed.runs.set(formatKey(run), run)
    for (const other of snapshot.runs[run.kind].by("dependency", dependencyIndex(run.namespace, run.name))) {
      changed.runs.set(formatKey(other), other)
    }
  }
  const noteJob = (job: JobFacts) => {
    changed.jobs.set(`${job.namespace}/${job.name}`, job)
    const run = runByUid(snapshot, job.runUid)
    for (const key of run === undefined ? job.runs : [...job.runs, run]) changed.runs.set(formatKey(key), key)
  }
  const notePod = ({ jobs, namespace }: PodFacts) => {
    for (const { name } of jobs) changed.jobs.set(`${namespace}/${name}`, { namespace, name })
  }

  const line: Line = {
    taken: () => {
      settle()
      return taken
    },
    promised: (account) => {
      settle()
      return promises?.promised(account) ?? 0
    },
    waiting: (isClosed, like) => {
      settle()
      return like === undefined ? merged(isClosed) : alike(isClosed, like)
    }
  }
  /** Whether something is written down of an attempt's cost changes what is promised to it. */
  const noteLedger = (ledger: LedgerFacts) => {
    for (const [namespace, name] of promises?.namedIn(ledger) ?? []) {
      changed.jobs.set(`${namespace}/${name}`, { namespace, name })
    }
  }
  return { line, noteRun, noteJob, notePod, noteLedger }
}

type RunKeyOfJob = Pick<JobFacts, "namespace" | "name">

/** Of a moment alone. */
export const lineOf = (snapshot: Snapshot, limits: Limits): Line => {
  const { line, noteJob, noteRun } = makeLine(snapshot, limits)
  for (const store of Object.values(snapshot.runs)) for (const run of store.values()) noteRun(run)
  for (const job of snapshot.jobs.values()) noteJob(job)
  return line
}

/** For as long as the stores live. */
export const followedLine = (stores: Stores["Service"], limits: Limits): Line => {
  const { line, noteJob, noteLedger, notePod, noteRun } = makeLine(stores, limits)
  for (const store of Object.values(stores.runs)) store.observe(noteRun)
  stores.jobs.observe(noteJob)
  stores.pods.observe(notePod)
  stores.ledger.observe(noteLedger)
  return line
}
