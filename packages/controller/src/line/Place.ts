/** Whom a run waits for at this moment, and where it stands in line. Told when somebody asks, and stored nowhere: it changes with every run. */
import type { LiveRun } from "../facts/LiveRun.ts"
import type { Obstacle } from "../facts/Observed.ts"
import type { RunKey } from "../facts/RunKey.ts"
import { jobOf } from "../facts/Snapshot.ts"
import { reachedLimit } from "./Admission.ts"
import { workspaceOf } from "./Turns.ts"
import { isBefore, isInLine, type Moment, startObstacle } from "./Waiting.ts"
import { mustWait } from "./Workspaces.ts"

export interface Place {
  /** Names of the runs that have to end, or to start, before. */
  readonly runs: ReadonlyArray<string>
  /** The limit of concurrent runs that is reached. */
  readonly limit?: string
  /** From 1, among those that wait for the same; older ones are before. */
  readonly position?: number
}

const runsIn = (obstacle: Obstacle): ReadonlyArray<string> =>
  obstacle.tag === "unfinished" || obstacle.tag === "missing" ? obstacle.names : []

const positionIn = (moment: Moment, run: LiveRun, waits: "turn" | "slot"): number => {
  const { runs } = moment.snapshot
  const others = waits === "slot"
    ? Object.values(runs).flatMap((store) => [...store.values()])
    : runs[run.kind].by("tenant", run.tenant?.key ?? "")
  return 1 + others.filter((other) => isBefore(other, run) && isInLine(moment, other)).length
}

/** Undefined where it waits for no other run. `briefly`: for each of many, without what all of them have to be looked at for. */
export const placeOf = (moment: Moment, key: RunKey, { briefly = false } = {}): Place | undefined => {
  const { config, snapshot } = moment
  const run = snapshot.runs[key.kind].get(key)
  if (run === undefined || run.ended || jobOf(snapshot, run) !== undefined) return undefined
  const obstacle = startObstacle(snapshot, run)
  if (obstacle !== undefined) return { runs: runsIn(obstacle) }
  const position = (waits: "turn" | "slot") => briefly ? {} : { position: positionIn(moment, run, waits) }
  const turn = workspaceOf(moment, run)?.turn
  if (mustWait(turn, config)) return { runs: turn?.tag === "waiting" ? [turn.behind] : [], ...position("turn") }
  const limit = briefly ? undefined : reachedLimit(moment, run)
  return limit === undefined ? undefined : { runs: [], limit, ...position("slot") }
}
