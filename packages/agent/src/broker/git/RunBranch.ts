/**
 * The one branch that a run may write, decided by the broker: the task's, or the one with the run's suffix where the task's belongs to
 * somebody else, or where other runs of the task exist. An agent can only ever move to the suffix.
 */

export interface RunBranchFacts {
  readonly plain: string
  readonly own: string
  /** Commit by branch, upstream. */
  readonly heads: ReadonlyMap<string, string>
  /** What an earlier attempt of this run delivered. */
  readonly known: { readonly branch: string; readonly head: string } | undefined
  /** Run UIDs that commits of the plain branch name, beyond its base. */
  readonly writers: ReadonlyArray<string>
  readonly runUid: string
  /** Whether other runs of the task exist: two that begin together must not share a branch that neither has yet. */
  readonly contested: boolean
}

export const chooseRunBranch = (facts: RunBranchFacts): string => {
  const { contested, heads, known, own, plain, runUid, writers } = facts
  if (heads.has(own)) return own
  if (writers.includes(runUid) || known?.branch === plain) return plain
  return heads.has(plain) || contested ? own : plain
}
