/**
 * The one branch that a run may write, decided by the broker: the task's, or the one with the run's suffix where the task's belongs to
 * somebody else. An agent can only ever move to the suffix.
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
}

export const chooseRunBranch = ({ heads, known, own, plain, runUid, writers }: RunBranchFacts): string => {
  if (heads.has(own) || !heads.has(plain)) return heads.has(own) ? own : plain
  return writers.includes(runUid) || known?.branch === plain ? plain : own
}
