/** What history a run may write on its branch: its own anew, others' never. */

export interface PushFacts {
  readonly branch: string
  /** Head of the branch as upstream had it, and as the pusher knows it; undefined where there is none. */
  readonly here: string | undefined
  readonly known: string | undefined
  /** Whether the new head is a commit. */
  readonly isCommit: boolean
  /** Whether the old head is part of the new history; true where there is none. */
  readonly keepsHead: boolean
  /** The head that this run itself put there. */
  readonly ownHead: string | undefined
  /** Whether what was there before this run is part of the new history; true where nothing was. */
  readonly keepsFloor: boolean
}

/** A sentence when it may not be written. */
export const historyRefusal = (facts: PushFacts): string | undefined => {
  const { branch, here, isCommit, keepsFloor, keepsHead, known, ownHead } = facts
  if (here !== known) return `${branch} has moved meanwhile: fetch and merge it (fetch first)`
  if (!isCommit) return `${branch} can only be a commit`
  if (keepsHead) return undefined
  if (here !== ownHead) {
    return `this rewrites ${branch}, which has commits that are not this run's: merge them instead (non-fast-forward)`
  }
  return keepsFloor
    ? undefined
    : `this rewrites commits that ${branch} had before this run: keep them (non-fast-forward)`
}
