/** The workspace of a run, and whether it is its turn there. Pure. */
import { isTenant, type Tenant } from "@orchestrator/domain/Tenant"
import { Result } from "effect"
import { isAlive } from "../attempt/CurrentAttempt.ts"
import type { JobFacts } from "../facts/Job.ts"
import type { LiveRun } from "../facts/LiveRun.ts"
import type { ObservedWorkspace, WorkspaceTurn } from "../facts/Observed.ts"
import type { RunFacts } from "../facts/Run.ts"
import { jobOf, podOf, runByUid, type Snapshot } from "../facts/Snapshot.ts"
import { isBefore, isInLine, startObstacle } from "./Waiting.ts"
import { type Candidate, chooseClaim } from "./Workspaces.ts"

/** Undefined for a run that leases none. */
export const workspaceOf = (snapshot: Snapshot, run: LiveRun): ObservedWorkspace | undefined => {
  const tenant = Result.isSuccess(run.spec) ? run.spec.success.workspace : undefined
  if (tenant === undefined) return undefined
  // What the current attempt's Job mounts counts, whatever spec and claims say by now.
  const mounted = jobOf(snapshot, run)?.claim
  const choice = mounted === undefined
    ? chooseClaim(tenant, (name) => candidate(snapshot, run, tenant, name))
    : { name: mounted, standing: "mine" }
  const claim = snapshot.workspaces.get({ namespace: run.namespace, name: choice.name })
  return {
    claim: choice.name,
    current: claim && {
      uid: claim.uid,
      resourceVersion: claim.resourceVersion,
      ...(choice.standing === "adopted" ? { adopt: true } : {})
    },
    turn: choice.standing === "taken" ? { tag: "taken" } : turnOf(snapshot, run, choice.name)
  }
}

const candidate = (snapshot: Snapshot, run: LiveRun, tenant: Tenant, name: string): Candidate => {
  const claim = snapshot.workspaces.get({ namespace: run.namespace, name })
  const tenantOfRun = (uid: string) => runByUid(snapshot, uid)?.tenant?.tenant
  const isOthers = (uid: string) => {
    const theirs = uid === run.uid ? tenant : tenantOfRun(uid)
    return theirs === undefined || !isTenant(theirs, tenant)
  }
  return {
    claim: claim && { tenant: claim.tenant, lastHolder: tenantOfRun(claim.holder ?? "") },
    usedByOthers: workingIn(snapshot, `${run.namespace}/${name}`).some(isOthers)
  }
}

const isLive = (snapshot: Snapshot) => (job: JobFacts) =>
  !job.deleting && isAlive({ ...job, pod: podOf(snapshot, job) })

/** UIDs of runs whose Jobs or pods can still be at work in a claim, whatever its annotation says. */
const workingIn = (snapshot: Snapshot, claim: string): ReadonlyArray<string> =>
  [
    ...snapshot.jobs.by("claim", claim).filter(isLive(snapshot)),
    ...snapshot.pods.by("claim", claim).filter(({ over }) => !over)
  ].map(({ runUid }) => runUid)

/** Whether a run can still be at work somewhere. */
const isAtWork = (snapshot: Snapshot, uid: string): boolean =>
  snapshot.jobs.by("owner", uid).some(isLive(snapshot)) || snapshot.pods.by("run", uid).some(({ over }) => !over)

/** Whether a pod of an earlier attempt is still ending, although its Job is gone. */
const hasFormerPod = ({ pods }: Snapshot, { jobName, uid }: LiveRun): boolean =>
  pods.by("run", uid).some(({ jobs, over }) => !over && !jobs.some(({ name }) => name === jobName))

const nameOf = (run: RunFacts | undefined): string => run?.name ?? "a deleted run"

const turnOf = (snapshot: Snapshot, run: LiveRun, claim: string): WorkspaceTurn => {
  const stored = snapshot.workspaces.get({ namespace: run.namespace, name: claim })
  const working = workingIn(snapshot, `${run.namespace}/${claim}`).find((uid) => uid !== run.uid)
  if (working !== undefined) return { tag: "waiting", behind: nameOf(runByUid(snapshot, working)) }
  if (hasFormerPod(snapshot, run)) return { tag: "waiting", behind: "the previous attempt" }
  if (stored?.deleting === true) return { tag: "deleting" }
  if (stored?.holder === run.uid) return { tag: "mine" }
  if (stored?.holder !== undefined) {
    const holding = runByUid(snapshot, stored.holder)
    const active = holding !== undefined && !holding.deleting && !holding.ended
    if (active || isAtWork(snapshot, stored.holder)) return { tag: "waiting", behind: nameOf(holding) }
  }
  // The rule of dependencies comes first: looking through the line for each of thousands that wait for others would take all time.
  if (jobOf(snapshot, run) === undefined && startObstacle(snapshot, run) !== undefined) return { tag: "free" }
  const others = run.tenant === undefined ? [] : snapshot.runs[run.kind].by("tenant", run.tenant.key)
  // Age is asked before what takes longer.
  const first = others.reduce<RunFacts>(
    (left, right) => isBefore(right, left) && isInLine(snapshot, right) ? right : left,
    run
  )
  return first.uid === run.uid ? { tag: "free" } : { tag: "waiting", behind: first.name }
}
