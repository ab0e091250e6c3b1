/**
 * Which branch a CodeRun works on: the task's, or the one with the run's suffix where the task's belongs to somebody else. Work that is
 * only on this workspace is never given up for a name.
 */
import { type AttemptKey, attemptText } from "@orchestrator/domain/Retry"
import { Schema } from "effect"

/** The trailer by which commits of the runner name their run. */
export const runTrailer = "Orchestrator-Run"

/** The last paragraph of the runner's commits. */
export const trailers = ({ attempt, uid }: { readonly uid: string; readonly attempt: AttemptKey }): string =>
  `${runTrailer}: ${uid}\nOrchestrator-Attempt: ${attemptText(attempt)}`

export const Claim = Schema.Struct({
  runUid: Schema.String,
  /** Head of the branch on the remote when it was last read there. */
  pushed: Schema.optionalKey(Schema.String)
})
export type Claim = typeof Claim.Type

export interface BranchFacts {
  readonly runUid: string
  /** The task's branch. */
  readonly plain: string
  /** The same with this run's suffix. */
  readonly own: string
  /** Commit by branch, on the remote. */
  readonly remote: ReadonlyMap<string, string>
  readonly claims: Readonly<Record<string, Claim>>
  /** Run UIDs that the commits of the remote's plain branch name. */
  readonly writers: ReadonlyArray<string>
  /** Whether this workspace has the plain branch. */
  readonly local: boolean
  /** Whether the local plain branch contains the remote's. */
  readonly contained: boolean
  /** Whether other runs of the task exist: two that begin together must not share a branch that neither has yet. */
  readonly contested: boolean
}

export interface BranchChoice {
  readonly branch: string
  /** Whether work of this run is on it already. */
  readonly continues: boolean
  /** Local branch whose work a new branch takes over. */
  readonly from?: string
}

export const chooseBranch = (facts: BranchFacts): BranchChoice => {
  const { claims, own, plain, remote, runUid } = facts
  const claim = claims[plain]
  const ours = claim?.runUid === runUid
  if (remote.has(own) || claims[own]?.runUid === runUid) return { branch: own, continues: true }
  if (remote.has(plain)) {
    const proven = facts.writers.includes(runUid) ||
      (ours && (claim.pushed !== undefined || (facts.local && facts.contained)))
    if (proven) return { branch: plain, continues: true }
    return ours && facts.local ? { branch: own, continues: false, from: plain } : { branch: own, continues: false }
  }
  if (ours) return { branch: plain, continues: facts.local }
  const unpushedWorkOfAnother = claim !== undefined && claim.pushed === undefined && facts.local
  return { branch: unpushedWorkOfAnother || facts.contested ? own : plain, continues: false }
}

/** Whether the run's own branch must be asked for, where a broker has decided for the task's. */
export const mustLeave = (
  preferred: BranchChoice,
  decided: string,
  { claims, own, plain, remote, runUid }: BranchFacts
) => preferred.branch === own && decided === plain && (!remote.has(plain) || claims[own]?.runUid === runUid)

/** The choice where the branch is decided already: a broker knows better whose the remote's branches are. */
export const choiceFor = (decided: string, facts: BranchFacts): BranchChoice => {
  const preferred = chooseBranch(facts)
  if (preferred.branch === decided) return preferred
  const { claims, local, plain, remote, runUid } = facts
  const continues = remote.has(decided) || claims[decided]?.runUid === runUid
  const takesOver = decided !== plain && claims[plain]?.runUid === runUid && local
  return { branch: decided, continues, ...(takesOver && !continues ? { from: plain } : {}) }
}

/** The task's branch, where this run pushed to it and works on another now: nobody but this workspace knows whose it is. */
export const leftBranch = (
  { claims, contained, plain, remote, runUid }: BranchFacts,
  { branch }: BranchChoice
): string | undefined =>
  branch !== plain && claims[plain]?.runUid === runUid && remote.has(plain) && contained ? plain : undefined

/** Run UIDs named by trailers, from `git log --format=%(trailers:key=Orchestrator-Run,valueonly)`. */
export const parseWriters = (log: string): ReadonlyArray<string> => [
  ...new Set(log.split("\n").map((line) => line.trim()).filter((line) => line !== ""))
]

/** A branch beside which this one cannot exist: git keeps branches as files, and names with a slash as folders. */
export const rival = (heads: Iterable<string>, branch: string): string | undefined =>
  [...heads].find((head) => branch.startsWith(`${head}/`) || head.startsWith(`${branch}/`))
