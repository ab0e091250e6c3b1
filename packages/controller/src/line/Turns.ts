/** The workspace of a run, and whether it is its turn there. Pure. */
import { isTenant, type Tenant, workspaceNames } from "@orchestrator/domain/Tenant"
import { Result } from "effect"
import { isAliveIn } from "../attempt/CurrentAttempt.ts"
import type { JobFacts } from "../facts/Job.ts"
import type { LiveRun } from "../facts/LiveRun.ts"
import type { ObservedWorkspace, WorkspaceTurn } from "../facts/Observed.ts"
import type { RunFacts } from "../facts/Run.ts"
import { hasJob, isElsewhere, jobOf, runByUid, type Snapshot } from "../facts/Snapshot.ts"
import { isBefore, isInLine, isReady, type Moment, startObstacle } from "./Waiting.ts"
import { type Candidate, chooseClaim, type ClaimChoice } from "./Workspaces.ts"

/** Undefined for a run that leases none. */
export const workspaceOf = (moment: Moment, run: LiveRun): ObservedWorkspace | undefined => {
  const { snapshot } = moment
  const choice = choiceOf(snapshot, run)
  if (choice === undefined) return undefined
  const claim = snapshot.workspaces.get({ namespace: run.namespace, name: choice.name })
  return {
    claim: choice.name,
    current: claim && {
      uid: claim.uid,
      resourceVersion: claim.resourceVersion,
      ...(choice.standing === "adopted" ? { adopt: true } : {})
    },
    turn: choice.standing === "taken" ? { tag: "taken" } : turnOf(moment, run, choice.name)
  }
}

/** What the current attempt's Job mounts counts, whatever spec and claims say by now. */
const choiceOf = (snapshot: Snapshot, run: LiveRun): ClaimChoice | undefined => {
  const tenant = run.isReadable ? run.tenant?.tenant : undefined
  if (tenant === undefined) return undefined
  const mounted = jobOf(snapshot, run)?.claim
  return mounted === undefined
    ? chooseClaim(tenant, (name) => candidate(snapshot, run, tenant, name))
    : { name: mounted, standing: "mine" }
}

const candidate = (snapshot: Snapshot, run: LiveRun, tenant: Tenant, name: string): Candidate => {
  const claim = snapshot.workspaces.get({ namespace: run.namespace, name })
  const tenantOfRun = (uid: string | undefined) => runByUid(snapshot, uid)?.tenant?.tenant
  const isOthers = (uid: string) => {
    const theirs = uid === run.uid ? tenant : tenantOfRun(uid)
    return theirs === undefined || !isTenant(theirs, tenant)
  }
  return {
    claim: claim && { tenant: claim.tenant, lastHolder: tenantOfRun(claim.holder) },
    usedByOthers: workingIn(snapshot, `${run.namespace}/${name}`).some(isOthers)
  }
}

/** The tenant's first claim, where somebody whom nobody knows works in it and the store does not have it: it may be behind. */
export const unseenClaim = (snapshot: Snapshot, { namespace, spec }: LiveRun): string | undefined => {
  const tenant = Result.isSuccess(spec) ? spec.success.workspace : undefined
  if (tenant === undefined) return undefined
  const [name] = workspaceNames(tenant)
  const isSeen = snapshot.workspaces.get({ namespace, name }) !== undefined
  const isUsed = workingIn(snapshot, `${namespace}/${name}`).some((uid) => runByUid(snapshot, uid) === undefined)
  return !isSeen && isUsed ? name : undefined
}

const isLive = (snapshot: Snapshot) => (job: JobFacts) => !job.deleting && isAliveIn(snapshot, job)

/** UIDs of runs whose Jobs or pods can still be at work in a claim, whatever its annotation says. */
const workingIn = (snapshot: Snapshot, claim: string): ReadonlyArray<string> =>
  [
    ...snapshot.jobs.by("claim", claim).filter(isLive(snapshot)),
    ...snapshot.pods.by("claim", claim).filter(({ over }) => !over)
  ].map(({ runUid }) => runUid)

/** Whether a run can still be at work in a claim that nobody can name. */
const isAtWork = (snapshot: Snapshot, uid: string): boolean =>
  snapshot.jobs.by("owner", uid).some((job) => job.claim === undefined && isLive(snapshot)(job)) ||
  snapshot.pods.by("run", uid).some(({ claim, over }) => claim === undefined && !over)

/**
 * Runs of other shards that have a claim: those of which a status says that they work in it, and the one that its annotation names, until it has ended:
 * its Job may be there although no status says so yet, also where it is cancelled. Only one that waits for others has surely none.
 */
const keepingElsewhere = (snapshot: Snapshot, { name, namespace }: ClaimRef): ReadonlyArray<LiveRun> => {
  if (snapshot.shard.count === 1) return []
  const holder = snapshot.workspaces.get({ namespace, name })?.holder
  return Object.values(snapshot.runs).flatMap((store) => store.by("active", `${namespace}/${name}`)).filter(
    (run): run is LiveRun =>
      !run.ended && isElsewhere(snapshot, run) && choiceOf(snapshot, run)?.name === name &&
      (hasJob(snapshot, run) || (run.uid === holder && startObstacle(snapshot, run) === undefined))
  )
}

/**
 * Whether the run that a claim's annotation names keeps it: it is ready, so that its Job may be made at any moment, and it is this claim that
 * it would work in. What waits for other runs, or has turned to another workspace, keeps nothing. A pause keeps it: what the attempt
 * before left there is gone on with, and a pause waits for nobody.
 */
const isKeeping = (snapshot: Snapshot, holder: RunFacts | undefined, claim: string): holder is LiveRun =>
  holder !== undefined && isReady(snapshot, holder) && choiceOf(snapshot, holder)?.name === claim

/** UIDs of the runs that have a claim: those that can be at work in it, else the one that keeps it. */
export const holdersOf = (snapshot: Snapshot, { name, namespace }: ClaimRef): ReadonlyArray<string> => {
  const working = workingIn(snapshot, `${namespace}/${name}`)
  if (working.length > 0) return [...new Set(working)]
  const elsewhere = keepingElsewhere(snapshot, { name, namespace })
  if (elsewhere.length > 0) return elsewhere.map(({ uid }) => uid)
  const holder = snapshot.workspaces.get({ namespace, name })?.holder
  if (holder === undefined) return []
  return isKeeping(snapshot, runByUid(snapshot, holder), name) || isAtWork(snapshot, holder) ? [holder] : []
}

export interface ClaimRef {
  readonly namespace: string
  readonly name: string
}

/** Whether a pod of an earlier attempt is still ending, although its Job is gone. */
const hasFormerPod = ({ pods }: Snapshot, { jobName, uid }: LiveRun): boolean =>
  pods.by("run", uid).some(({ jobs, over }) => !over && !jobs.some(({ name }) => name === jobName))

export const nameOf = (run: RunFacts | undefined): string => run?.name ?? "a deleted run"

const turnOf = (moment: Moment, run: LiveRun, claim: string): WorkspaceTurn => {
  const { snapshot } = moment
  const key = `${run.namespace}/${claim}`
  const stored = snapshot.workspaces.get({ namespace: run.namespace, name: claim })
  // First: whoever works in it has it for as long as it takes, and nobody after it, also where access is shared.
  if (stored?.deleting === true) return { tag: "deleting" }
  const working = workingIn(snapshot, key).find((uid) => uid !== run.uid)
  if (working !== undefined) return { tag: "waiting", behind: nameOf(runByUid(snapshot, working)) }
  const elsewhere = keepingElsewhere(snapshot, { namespace: run.namespace, name: claim }).find(({ uid }) =>
    uid !== run.uid
  )
  if (elsewhere !== undefined) return { tag: "waiting", behind: elsewhere.name }
  if (hasFormerPod(snapshot, run)) return { tag: "ending" }
  /** Thousands, perhaps: gathered only where they are asked for. */
  const ofTenant = () => run.tenant === undefined ? [] : snapshot.runs[run.kind].by("tenant", run.tenant.key)
  if (stored?.holder === run.uid) {
    // While it waited, another may have leased it by a write that is not seen yet: where there are others, it is leased anew.
    return !hasJob(snapshot, run) && ofTenant().some(({ uid }) => uid !== run.uid)
      ? { tag: "free" }
      : { tag: "mine" }
  }
  if (stored?.holder !== undefined) {
    const holder = runByUid(snapshot, stored.holder)
    if (isKeeping(snapshot, holder, claim) || isAtWork(snapshot, stored.holder)) {
      return { tag: "waiting", behind: nameOf(holder) }
    }
  }
  // The rule of dependencies comes first: looking through the line for each of thousands that wait for others would take all time.
  if (!hasJob(snapshot, run) && startObstacle(snapshot, run) !== undefined) return { tag: "free" }
  // Age is asked before what takes longer.
  const first = ofTenant().reduce<RunFacts>(
    (left, right) => isBefore(right, left) && isInLine(moment, right) ? right : left,
    run
  )
  return first.uid === run.uid ? { tag: "free" } : { tag: "waiting", behind: first.name }
}
