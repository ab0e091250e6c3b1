/**
 * Which workspaces are deleted because no run has used them for so long, and why the others are not. Pure. What cannot be proven keeps a
 * claim: whose it is, that its last run is known, that all of its tenant's work is on the remote.
 */
import { tenantKey } from "@orchestrator/domain/Tenant"
import type { ClaimFacts } from "../facts/Claim.ts"
import type { FinishedRun } from "../facts/FinishedRun.ts"
import type { RunFacts } from "../facts/Run.ts"
import type { Snapshot } from "../facts/Snapshot.ts"
import { useOf } from "../line/Place.ts"
import type { Moment } from "../line/Waiting.ts"
import { daySeconds, nowSeconds } from "./Seconds.ts"

export interface JudgedClaim {
  readonly claim: ClaimFacts
  /** Seconds since the epoch; undefined: no run tells. */
  readonly usedAt: number | undefined
  readonly goes: boolean
  /** Why it goes, or why it does not: a part of a sentence. */
  readonly because: string
}

/** All runs of the claim's tenant, whatever has become of them. */
const runsOf = ({ runs }: Snapshot, { namespace, tenant }: ClaimFacts): ReadonlyArray<RunFacts> =>
  tenant === undefined || tenant === "unknown"
    ? []
    : Object.values(runs).flatMap((store) => store.by("tenant", `${namespace}/${tenantKey(tenant)}`))

/** Whether everything that a run has come to is on the remote, as far as its status can prove that. */
const isDelivered = ({ phase, status, unpushed }: FinishedRun): boolean =>
  !unpushed && (phase === "Succeeded" || status.reason === "NoChanges")

const names = (all: ReadonlyArray<string>): string =>
  all.length <= 3 ? all.join(", ") : `${all.slice(0, 3).join(", ")} and ${all.length - 3} more`

/** What keeps a claim, however long ago its last use was. */
const keptBecause = (moment: Moment, claim: ClaimFacts, runs: ReadonlyArray<RunFacts>): string | undefined => {
  if (!claim.isWorkspace) return "it is no workspace"
  if (claim.deleting) return "it is being deleted"
  if (claim.kept) return "its annotation says so"
  if (claim.tenant === undefined || claim.tenant === "unknown") return "it does not say whose it is"
  const { holders, line } = useOf(moment, claim)
  if (holders.length > 0) return `it is used by ${names(holders)}`
  if (line.length > 0) return `it is waited for by ${names(line)}`
  const live = runs.filter((run) => !run.ended)
  if (live.length > 0) return `it may yet be used by ${names(live.map(({ name }) => name))}`
  const last = runs.find(({ uid }) => uid === claim.holder)
  if (last === undefined) return "the run that had it last is not known any more"
  const unpushed = runs.filter((run) => run.ended && run.unpushed)
  if (unpushed.length > 0) return `it may have work that was not pushed: of ${names(unpushed.map(({ name }) => name))}`
  return last.ended && isDelivered(last) ? undefined : `the run that had it last, ${last.name}, has not delivered`
}

/** NaN where a run does not say. */
const usedAtOf = ({ madeAt }: ClaimFacts, runs: ReadonlyArray<RunFacts>): number =>
  Math.max(madeAt, ...runs.map((run) => run.ended ? run.endedAt : NaN))

const judge = (moment: Moment, claim: ClaimFacts, days: number): JudgedClaim => {
  const runs = runsOf(moment.snapshot, claim)
  const found = runs.length === 0 ? NaN : usedAtOf(claim, runs)
  const usedAt = Number.isNaN(found) ? undefined : found
  const kept = keptBecause(moment, claim, runs)
  if (kept !== undefined) return { claim, usedAt, goes: false, because: kept }
  if (usedAt === undefined) return { claim, usedAt, goes: false, because: "its runs do not say when they used it" }
  const seconds = nowSeconds(moment) - usedAt
  const unused = Math.max(0, Math.floor(seconds / daySeconds))
  const ago = unused === 0 ? "less than a day" : `${unused} ${unused === 1 ? "day" : "days"}`
  const goes = seconds > days * daySeconds
  return { claim, usedAt, goes, because: goes ? `no run has used it for ${ago}` : `a run used it ${ago} ago` }
}

/** Every claim of ours, by name. */
export const judgeClaims = (moment: Moment, days: number): ReadonlyArray<JudgedClaim> =>
  [...moment.snapshot.workspaces.values()]
    .map((claim) => judge(moment, claim, days))
    .toSorted(({ claim: left }, { claim: right }) =>
      left.namespace === right.namespace
        ? left.name < right.name ? -1 : 1
        : left.namespace < right.namespace
        ? -1
        : 1
    )

/** One claim, as it is now. */
export const judgeClaim = (moment: Moment, { name, namespace, uid }: ClaimFacts, days: number) => {
  const claim = moment.snapshot.workspaces.get({ namespace, name })
  return claim?.uid === uid ? judge(moment, claim, days) : undefined
}
