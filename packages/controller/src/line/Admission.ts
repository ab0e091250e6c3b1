/** Which runs may start as far as the limits of runs at the same time go. Pure. */
import { isAlive } from "../attempt/CurrentAttempt.ts"
import type { LiveRun } from "../facts/LiveRun.ts"
import type { RunFacts } from "../facts/Run.ts"
import { podOf, runByUid } from "../facts/Snapshot.ts"
import { type Claimant, isLimited, limitsIn, makeSlots, unknownClaimant } from "./Slots.ts"
import { workspaceOf } from "./Turns.ts"
import { isBefore, isInLine, type Moment } from "./Waiting.ts"
import { mustWait } from "./Workspaces.ts"

export const activeClaimants = ({ snapshot }: Moment): ReadonlyArray<Claimant> => {
  const uids = new Set<string>()
  for (const job of snapshot.jobs.values()) {
    // A Job that bears our labels and no run's is somebody else's: it would keep its place for ever.
    if (job.runUid !== "" && isAlive({ ...job, pod: podOf(snapshot, job) })) uids.add(job.runUid)
  }
  return [...uids].map((uid) => runByUid(snapshot, uid) ?? unknownClaimant)
}

/** How many runs work, in all and by whom the limits count them. */
export const activeRuns = (moment: Moment) => {
  const claimants = activeClaimants(moment)
  const counted = (who: (claimant: Claimant) => string | undefined) => {
    const counts = new Map<string, number>()
    for (const claimant of claimants) {
      const name = who(claimant)
      if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    return counts
  }
  return {
    total: claimants.length,
    byGithubUser: counted(({ githubUser }) => githubUser),
    byService: counted(({ service }) => service)
  }
}

/** Whether nothing but the limits keeps a run from starting. */
const couldStart = (moment: Moment, run: RunFacts): run is LiveRun =>
  isInLine(moment, run) && !mustWait(workspaceOf(moment, run)?.turn, moment.config)

/** Runs that could start, the oldest first; each is looked at only when it is asked for. */
function* line(moment: Moment): Generator<LiveRun> {
  const waiting = Object.values(moment.snapshot.runs)
    .flatMap((store) => [...store.values()].filter((run) => !run.ended))
    .sort((left, right) => isBefore(left, right) ? -1 : 1)
  for (const run of waiting) if (couldStart(moment, run)) yield run
}

/** The limit that keeps a run from starting, and those before it in line. */
export const reachedLimit = (moment: Moment, run: LiveRun): string | undefined => {
  const limits = limitsIn(moment.config)
  if (!isLimited(limits) || !couldStart(moment, run)) return undefined
  const slots = makeSlots(limits, activeClaimants(moment))
  if (!slots.isFull()) {
    for (const before of line(moment)) {
      if (before.uid === run.uid || slots.isFull()) break
      slots.tryAcquire(before)
    }
  }
  return slots.tryAcquire(run)
}

/** Runs that may start now; none where there are no limits. */
export const admitted = (moment: Moment): ReadonlyArray<LiveRun> => {
  const limits = limitsIn(moment.config)
  if (!isLimited(limits)) return []
  const slots = makeSlots(limits, activeClaimants(moment))
  const runs: Array<LiveRun> = []
  for (const run of line(moment)) {
    if (slots.isFull()) break
    if (slots.tryAcquire(run) === undefined) runs.push(run)
  }
  return runs
}
