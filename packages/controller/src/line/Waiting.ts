/** Which runs have yet to start, and in which order they do. Pure. */
import { Result } from "effect"
import type { LiveRun } from "../facts/LiveRun.ts"
import type { Obstacle } from "../facts/Observed.ts"
import type { RunFacts } from "../facts/Run.ts"
import { jobOf, type Snapshot } from "../facts/Snapshot.ts"
import { obstacleOf } from "./Dependencies.ts"

/** Older first; of the same second, by name. */
export const isBefore = (left: RunFacts, right: RunFacts): boolean =>
  left.createdAt === right.createdAt ? left.name < right.name : left.createdAt < right.createdAt

/** Whether a run has yet to start, as far as it itself tells. */
const isWaiting = (run: RunFacts): run is LiveRun =>
  !run.ended && !run.deleting && !run.cancel && Result.isSuccess(run.spec)

/** What the runs that it depends on have against a run. */
const obstacleFor = ({ runs }: Snapshot, run: LiveRun): Obstacle | undefined =>
  obstacleOf(run, (name) => runs[run.kind].get({ namespace: run.namespace, name }))

/** What keeps it from its first Job: a retry has been let through before. */
export const startObstacle = (snapshot: Snapshot, run: LiveRun): Obstacle | undefined =>
  run.attempt.retry > 0 ? undefined : obstacleFor(snapshot, run)

/** Whether a run stands in line: one whose current attempt has its Job does not, also when its service was edited since. */
export const isInLine = (snapshot: Snapshot, run: RunFacts): run is LiveRun =>
  isWaiting(run) && jobOf(snapshot, run) === undefined && obstacleFor(snapshot, run) === undefined
