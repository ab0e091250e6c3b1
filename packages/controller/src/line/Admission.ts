/** Which runs may start as far as the limits of runs at the same time go. Pure. */
import type { LiveRun } from "../facts/LiveRun.ts"
import type { RunFacts } from "../facts/Run.ts"
import { hasStartedElsewhere, runByUid, type Snapshot } from "../facts/Snapshot.ts"
import { type Line, lineOf, takesSlot } from "./Line.ts"
import { type Claimant, isByGroup, isLimited, limitsIn, makeSlots, unknownClaimant } from "./Slots.ts"
import { workspaceOf } from "./Turns.ts"
import { isBefore, isInLine, type Moment } from "./Waiting.ts"
import { mustWait } from "./Workspaces.ts"

export const activeClaimants = ({ snapshot }: Moment): ReadonlyArray<Claimant> => {
  const uids = new Set<string>()
  for (const job of snapshot.jobs.values()) {
    if (takesSlot(snapshot, job)) uids.add(job.runUid)
  }
  return [
    ...[...uids].map((uid) => runByUid(snapshot, uid) ?? unknownClaimant),
    ...startedElsewhere(snapshot)
  ]
}

const startedElsewhere = (snapshot: Snapshot): ReadonlyArray<RunFacts> =>
  snapshot.shard.count === 1
    ? []
    : Object.values(snapshot.runs).flatMap((store) =>
      [...store.values()].filter((run) => hasStartedElsewhere(snapshot, run))
    )

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
export const couldStart = (moment: Moment, run: RunFacts): run is LiveRun =>
  isInLine(moment, run) && !mustWait(workspaceOf(moment, run)?.turn, moment.config)

/** The limit that keeps a run from starting, and those before it in line; of several, one. Without a line that is known, it is worked out. */
export const reachedLimit = (moment: Moment, run: LiveRun, known?: Line): string | undefined => {
  const limits = limitsIn(moment.config)
  if (!isLimited(limits) || !couldStart(moment, run)) return undefined
  const line = known ?? lineOf(moment.snapshot, limits)
  const slots = makeSlots(limits, line.taken())
  if (!slots.isFullFor(run)) {
    for (const before of line.waiting(slots.isFullFor, isByGroup(limits) ? run : undefined)) {
      if (!isBefore(before, run) || slots.isFullFor(run)) break
      if (couldStart(moment, before)) slots.tryAcquire(before)
    }
  }
  return slots.tryAcquire(run)
}

/** Runs that may start now; none where there are no limits. */
export const admitted = (moment: Moment, known?: Line): ReadonlyArray<LiveRun> => {
  const limits = limitsIn(moment.config)
  if (!isLimited(limits)) return []
  const line = known ?? lineOf(moment.snapshot, limits)
  const slots = makeSlots(limits, line.taken())
  const runs: Array<LiveRun> = []
  for (const run of slots.isFull() ? [] : line.waiting(slots.isFullFor)) {
    if (couldStart(moment, run) && slots.tryAcquire(run) === undefined) runs.push(run)
    if (slots.isFull()) break
  }
  return runs
}
