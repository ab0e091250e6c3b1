/** Which runs may start as far as the limits of runs at the same time go. Pure. */
import { DateTime } from "effect"
import { usdOf } from "../facts/Ledger.ts"
import type { LiveRun } from "../facts/LiveRun.ts"
import type { FullBudget } from "../facts/Observed.ts"
import type { RunFacts } from "../facts/Run.ts"
import { hasStartedElsewhere, runByUid, type Snapshot } from "../facts/Snapshot.ts"
import { nameOf } from "../facts/Spending.ts"
import { type Line, lineOf, takesSlot } from "./Line.ts"
import { opensAt, spentOf } from "./Purse.ts"
import {
  type Claimant,
  type Counter,
  isByGroup,
  isLimited,
  limitsIn,
  makeSlots,
  reachedText,
  unknownClaimant,
  type UsedOf
} from "./Slots.ts"
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

/** What is used of the budgets at a moment. */
const usedAt = ({ now, snapshot }: Moment, line: Line): UsedOf => ({ account, budget }) =>
  spentOf(snapshot, now, budget, account) + line.promised(account)

/**
 * The limits that keep a run from starting, and those before it in line: those of money first. Without a line that is known, it is worked
 * out.
 */
export const reachedLimits = (moment: Moment, run: LiveRun, known?: Line): ReadonlyArray<Counter> => {
  const limits = limitsIn(moment.config)
  if (!isLimited(limits) || !couldStart(moment, run)) return []
  const line = known ?? lineOf(moment.snapshot, limits)
  const slots = makeSlots(limits, line.taken(), usedAt(moment, line))
  if (!slots.isFullFor(run)) {
    for (const before of line.waiting(slots.isClosedFor, isByGroup(limits) ? run : undefined)) {
      if (!isBefore(before, run) || slots.isFullFor(run)) break
      // What has no room lets those behind it through.
      if (!slots.isFullFor(before) && couldStart(moment, before)) slots.tryAcquire(before)
    }
  }
  return slots.fullFor(run)
}

/** The budget among limits that are reached; of several, the one that opens last. */
export const fullBudgetIn = (
  { now, snapshot }: Moment,
  reached: ReadonlyArray<Counter>
): FullBudget | undefined => {
  const full = reached.flatMap(({ money, name, takes }): ReadonlyArray<FullBudget> =>
    money === undefined ? [] : [{
      name,
      period: money.budget.period,
      whose: nameOf(money.account),
      limitUsd: money.budget.limitUsd,
      needsUsd: usdOf(takes),
      spent: spentOf(snapshot, now, money.budget, money.account) + takes > money.budget.limitMicros,
      opensAt: opensAt(now, money.budget)
    }]
  )
  const isLater = (left: FullBudget, right: FullBudget) =>
    left.spent === right.spent ? DateTime.isGreaterThan(left.opensAt, right.opensAt) : left.spent
  return full.reduce<FullBudget | undefined>(
    (found, each) => found === undefined || isLater(each, found) ? each : found,
    undefined
  )
}

/** The same as a text; of several, one. */
export const reachedLimit = (moment: Moment, run: LiveRun, known?: Line): string | undefined => {
  const [full] = reachedLimits(moment, run, known)
  return full && reachedText(full)
}

/** Runs that may start now; none where there are no limits. */
export const admitted = (moment: Moment, known?: Line): ReadonlyArray<LiveRun> => {
  const limits = limitsIn(moment.config)
  if (!isLimited(limits)) return []
  const line = known ?? lineOf(moment.snapshot, limits)
  const slots = makeSlots(limits, line.taken(), usedAt(moment, line))
  const runs: Array<LiveRun> = []
  for (const run of slots.isFull() ? [] : line.waiting(slots.isClosedFor)) {
    if (!slots.isFullFor(run) && couldStart(moment, run) && slots.tryAcquire(run) === undefined) runs.push(run)
    if (slots.isFull()) break
  }
  return runs
}
