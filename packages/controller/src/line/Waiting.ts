/** Which runs have yet to start, which of them wait for nothing but their turn, and in which order they start. Pure. */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { DateTime } from "effect"
import { pausedUntil } from "../attempt/Pause.ts"
import type { LiveRun } from "../facts/LiveRun.ts"
import type { Obstacle } from "../facts/Observed.ts"
import type { RunFacts } from "../facts/Run.ts"
import { hasJob, type Snapshot } from "../facts/Snapshot.ts"
import { obstacleOf } from "./Dependencies.ts"

export interface Moment {
  readonly snapshot: Snapshot
  readonly config: OrchestratorConfig
  readonly now: DateTime.Utc
}

/** Older first, by priority; of the same second, by name; no two are alike. */
export const isBefore = (left: RunFacts, right: RunFacts): boolean => {
  if (left.lineTime !== right.lineTime) return left.lineTime < right.lineTime
  return left.name === right.name ? left.uid < right.uid : left.name < right.name
}

/** Whether the current attempt has begun: with its Job, or as a retry, which was let through before. */
const hasBegun = (snapshot: Snapshot, run: RunFacts): boolean => run.attempt.retry > 0 || hasJob(snapshot, run)

/** What keeps a run from its first Job because of the runs that it depends on. */
export const startObstacle = (snapshot: Snapshot, run: LiveRun): Obstacle | undefined =>
  run.attempt.retry > 0 ? undefined : obstacleOf(run, {
    find: (name) => snapshot.runs[run.kind].get({ namespace: run.namespace, name }),
    hasBegun: (other) => hasBegun(snapshot, other)
  })

/** Whether a run by itself may start: it has not ended, nobody has stopped or suspended it, and its spec can be read. */
export const isWilling = (run: RunFacts | undefined): run is LiveRun =>
  run?.ended === false && !run.restoring && !run.deleting && !run.cancel && !run.suspended && run.isReadable

/**
 * Whether a run has yet to start, is not suspended, and waits for no other run to end: only for its turn in the workspace, a slot, or the end of a pause. One
 * whose current attempt has its Job has started, also when its service was edited since.
 */
export const isReady = (snapshot: Snapshot, run: RunFacts): run is LiveRun =>
  isWilling(run) && !hasJob(snapshot, run) && startObstacle(snapshot, run) === undefined

/** Whether a run stands in line: it is ready, and not paused. */
export const isInLine = ({ now, snapshot }: Moment, run: RunFacts): run is LiveRun =>
  isReady(snapshot, run) && pausedUntil({ now, run }) === undefined
