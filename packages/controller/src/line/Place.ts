/** Whom a run waits for at this moment, and where it stands in line; who has a workspace. Told when somebody asks, and stored nowhere: it changes with every run. */
import type { LiveRun } from "../facts/LiveRun.ts"
import type { Obstacle } from "../facts/Observed.ts"
import type { RunKey } from "../facts/RunKey.ts"
import { hasJob, runByUid } from "../facts/Snapshot.ts"
import { reachedLimit } from "./Admission.ts"
import { type ClaimRef, holdersOf, nameOf, workspaceOf } from "./Turns.ts"
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

const runsIn = (obstacle: Obstacle): ReadonlyArray<string> => "names" in obstacle ? obstacle.names : []

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
  // One that is suspended stands in no line.
  if (run === undefined || run.ended || run.suspended || hasJob(snapshot, run)) return undefined
  const obstacle = startObstacle(snapshot, run)
  if (obstacle !== undefined) return { runs: runsIn(obstacle) }
  const position = (waits: "turn" | "slot") => briefly ? {} : { position: positionIn(moment, run, waits) }
  const turn = workspaceOf(moment, run)?.turn
  if (mustWait(turn, config)) return { runs: turn?.tag === "waiting" ? [turn.behind] : [], ...position("turn") }
  const limit = briefly ? undefined : reachedLimit(moment, run)
  return limit === undefined ? undefined : { runs: [], limit, ...position("slot") }
}

export interface WorkspaceUse {
  /** Names of the runs that work in it, or of the one that keeps it. */
  readonly holders: ReadonlyArray<string>
  /** Names of those that wait for it, the next one first. */
  readonly line: ReadonlyArray<string>
}

/** Who has a claim, and who waits for it. */
export const useOf = (moment: Moment, claim: ClaimRef): WorkspaceUse => {
  const { snapshot } = moment
  const holders = holdersOf(snapshot, claim)
  const waiting = Object.values(snapshot.runs)
    .flatMap((store) => store.by("active", `${claim.namespace}/${claim.name}`))
    .filter((run) =>
      isInLine(moment, run) && !holders.includes(run.uid) && workspaceOf(moment, run)?.claim === claim.name
    )
  return {
    holders: holders.map((uid) => nameOf(runByUid(snapshot, uid))),
    line: waiting.toSorted((left, right) => isBefore(left, right) ? -1 : 1).map(({ name }) => name)
  }
}
