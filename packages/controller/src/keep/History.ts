/**
 * Which finished runs are deleted for being too many, or too old, and what keeps one of them all the same. Pure. The counts are of each kind
 * and service in a namespace; of a kind without services, of each repository. A run that is kept for another reason counts.
 */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { isAliveIn } from "../attempt/CurrentAttempt.ts"
import { newestSession } from "../decide/LastSession.ts"
import type { FinishedRun } from "../facts/FinishedRun.ts"
import { secondsOf } from "../facts/Keeping.ts"
import { dependencyIndex } from "../facts/LiveRun.ts"
import type { RunFacts } from "../facts/Run.ts"
import { formatKey } from "../facts/RunKey.ts"
import type { Snapshot } from "../facts/Snapshot.ts"
import type { Moment } from "../line/Waiting.ts"
import { daySeconds, nowSeconds } from "./Seconds.ts"

export type HistoryLimit = "history.succeeded" | "history.failed" | "history.days"

export interface PastRun {
  readonly run: FinishedRun
  /** The limit that it is past. */
  readonly limit: HistoryLimit
}

export const hasHistoryLimits = ({ history }: OrchestratorConfig): boolean =>
  Object.values(history).some((limit) => limit !== undefined)

/** Who asked for a run and did not hear of it asks again, with the same key. */
const shortestStay = 3600
/** Forges deliver an event again for so long, and schedules make up for what they missed. */
const shortestStayOfTriggered = 3 * daySeconds

const groupOf = ({ historyOf, kind, namespace, phase }: FinishedRun): string =>
  JSON.stringify([kind, namespace, historyOf, limitOf(phase)])

const limitOf = (phase: FinishedRun["phase"]) => phase === "Succeeded" ? "succeeded" : "failed"

/** Newest first, none later than now. No two are alike. */
const byEnd = (now: number) => (left: FinishedRun, right: FinishedRun): number =>
  Math.min(right.endedAt, now) - Math.min(left.endedAt, now) || later(left.createdAt, right.createdAt) ||
  later(left.name, right.name) || later(left.uid, right.uid)

const later = (left: string, right: string): number => left === right ? 0 : left < right ? 1 : -1

const isCounted = (run: RunFacts): run is FinishedRun => run.ended && !run.deleting && !Number.isNaN(run.endedAt)

/** Finished runs past a limit, whatever keeps them, the oldest first. */
export const pastRuns = (moment: Moment): ReadonlyArray<PastRun> => {
  const { config: { history }, snapshot } = moment
  const now = nowSeconds(moment)
  const newestFirst = Object.values(snapshot.runs)
    .flatMap((store) => [...store.values()].filter(isCounted))
    .toSorted(byEnd(now))
  const counts = new Map<string, number>()
  const past = newestFirst.flatMap((run): ReadonlyArray<PastRun> => {
    const group = groupOf(run)
    const count = (counts.get(group) ?? 0) + 1
    counts.set(group, count)
    const of = limitOf(run.phase)
    if (count > (history[of] ?? Infinity)) return [{ run, limit: `history.${of}` }]
    return now - run.endedAt > (history.days ?? Infinity) * daySeconds ? [{ run, limit: "history.days" }] : []
  })
  return past.toReversed()
}

const hasClaim = ({ workspaces }: Snapshot, { namespace, tenant }: RunFacts): boolean =>
  tenant?.workspaces.some((key) => workspaces.get({ namespace, name: key.slice(namespace.length + 1) })) === true

const isHolder = ({ workspaces }: Snapshot, { namespace, tenant, uid }: RunFacts): boolean =>
  tenant?.workspaces.some((key) =>
    workspaces.get({ namespace, name: key.slice(namespace.length + 1) })?.holder === uid
  ) === true

/** Whether the next run of its tenant that goes on with a session would go on with one of this run. */
const hasLastSession = ({ runs }: Snapshot, { kind, tenant, uid }: RunFacts): boolean =>
  tenant !== undefined && newestSession(runs[kind].by("tenant", tenant.key))?.uid === uid

/** Jobs that their time to live removes are waited for: until then there are logs to read. */
const hasJob = ({ config: { cleanup }, snapshot }: Moment, run: FinishedRun): boolean => {
  const { jobs } = snapshot
  const known = [...jobs.by("owner", run.uid), ...jobs.by("ownerName", formatKey(run))]
  return known.some((job) => cleanup.enabled || job.held || isAliveIn(snapshot, job)) ||
    snapshot.pods.by("run", run.uid).some(({ over }) => !over)
}

/** Why a finished run is not deleted, whatever limit it is past; undefined: nothing keeps it. */
export const keptBecause = (moment: Moment, run: FinishedRun): string | undefined => {
  const { config, snapshot } = moment
  const now = nowSeconds(moment)
  if (run.deleting) return "it is being deleted"
  if (run.keptFor === "annotation") return "its annotation says so"
  if (run.keptFor === "restore") return "it is being restored"
  if (run.keptFor === "suspend") return "it is suspended"
  if (run.lacksFinished || run.editedAfterEnd || run.hasUnsaidPullRequest) return "its status has yet to say all"
  if (run.hasWaitingEvents) return "events of the forge wait on it"
  if (Number.isNaN(run.endedAt)) return "it does not say when it ended"
  if (!(now - run.endedAt >= shortestStay)) return "it has just ended"
  if (run.triggered && !(now - secondsOf(run.createdAt) >= shortestStayOfTriggered)) {
    return "the event that made it may come again"
  }
  if (hasJob(moment, run)) return "its Job is there"
  if (snapshot.runs[run.kind].by("dependency", dependencyIndex(run.namespace, run.name)).length > 0) {
    return "a run that has yet to end depends on it"
  }
  // Without webhooks nobody would ever say that it is merged, and no comment there would ask for the run.
  if (run.openPullRequest && config.events.folder !== "") return "its pull request is open"
  if (isHolder(snapshot, run)) return "it is the last one of its workspace"
  if (!hasClaim(snapshot, run)) return undefined
  if (run.unpushed) return "its work may be nowhere but in its workspace"
  return hasLastSession(snapshot, run) ? "the next run may go on with its session" : undefined
}
