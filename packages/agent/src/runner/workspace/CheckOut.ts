/**
 * Puts the run's branch into the working tree, whatever the last user left there. Work of this run is committed and goes on; work of
 * others is kept aside. What the agent must know of it comes back as notes.
 */
import type { AttemptKey } from "@orchestrator/domain/Retry"
import { Effect } from "effect"
import { type BranchChoice, trailers } from "../../git/Branch.ts"
import { Git } from "../../git/Git.ts"
import { setupFailed } from "../../pod/RunFailure.ts"
import type { Repository } from "./Clone.ts"
import type { Operation } from "./Operations.ts"
import {
  clear,
  commitAll,
  commitOf,
  inspect,
  isAncestor,
  keepAside,
  merge,
  type MergeOutcome,
  removeHidden,
  removeUntracked
} from "./Worktree.ts"

export interface CheckOut {
  readonly choice: BranchChoice
  readonly run: { readonly uid: string; readonly attempt: AttemptKey }
  /** Remote-tracking revision that the work starts from and is compared with. */
  readonly base: string
  /** Whether the remote has the branch. */
  readonly onRemote: boolean
  /** What was under way in the clone when it was left. */
  readonly interrupted: Operation | undefined
}

const merged = (what: string, { conflicts, problem }: MergeOutcome): ReadonlyArray<string> =>
  problem !== undefined
    ? [`${what} could not be merged into the branch: ${problem}`]
    : conflicts.length > 0
    ? [
      `A merge of ${what} is in progress and has conflicts. Resolve them and commit, keeping both sides' intent: ${
        conflicts.join(", ")
      }`
    ]
    : []

/** Settles what is in the tree; answers with notes for the agent, and whether it was left by this run. */
const settle = Effect.fnUntraced(function*(repository: Repository, { choice, interrupted, run }: CheckOut) {
  const state = yield* inspect(repository)
  const isRuns = choice.continues ? state.branch === choice.branch : state.branch === choice.from
  const ours = state.branch !== undefined && isRuns && state.head !== undefined
  if (ours && interrupted === undefined) {
    const { left, saved } = state.dirty
      ? yield* commitAll(repository, { message: ["wip: work left by an interrupted attempt", trailers(run)] })
      : { left: [], saved: false }
    return {
      ours,
      notes: [
        ...(saved ? ["Changes left by an interrupted attempt were committed as they were."] : []),
        ...(left.length > 0 ? [`Left by an interrupted attempt, and not committed: ${left.join(", ")}.`] : [])
      ]
    }
  }
  const unreachable = state.branch === undefined && state.head !== undefined
  const ref = state.dirty || interrupted !== undefined || unreachable
    ? yield* keepAside(repository, state)
    : undefined
  yield* clear(repository, state)
  if (ref === undefined) return { ours, notes: [] }
  yield* Effect.log(`unfinished work found in the workspace is kept at ${ref}`)
  return {
    ours,
    notes: interrupted === undefined
      ? []
      : [`An unfinished ${interrupted} of an earlier attempt was ended; its state is kept at ${ref}.`]
  }
})

/** Checks the branch out and brings in what the remote and the base have gained; answers as `settle` does. */
export const checkOut = Effect.fn("CheckOut.checkOut")(function*(repository: Repository, request: CheckOut) {
  const git = yield* Git
  const { base, choice, onRemote } = request
  const { branch, continues, from } = choice
  const settled = yield* settle(repository, request)
  const tracking = `refs/remotes/origin/${branch}`
  const local = yield* commitOf(repository, `refs/heads/${branch}`)
  const start = continues && onRemote ? tracking : from === undefined ? base : `refs/heads/${from}`
  if ((yield* commitOf(repository, start)) === undefined) {
    return yield* setupFailed(`${start} has no commit to start from`)
  }
  if (continues && local !== undefined) {
    yield* git.run(repository, ["checkout", "--quiet", "--force", branch, "--"])
  } else {
    if (local !== undefined) {
      yield* git.run(repository, ["update-ref", `refs/orchestrator/kept/${local.slice(0, 12)}`, local])
    }
    yield* git.run(repository, ["checkout", "--quiet", "--force", "--no-track", "-B", branch, start, "--"])
  }
  if (!settled.ours) {
    // What one branch ignores another may not, and what hides itself is in no branch.
    yield* removeUntracked(repository)
    yield* removeHidden(repository, { leaveSubmodules: continues })
  }
  if (!continues) return settled

  const notes = [...settled.notes]
  if (onRemote && !(yield* isAncestor(repository, tracking, "HEAD"))) {
    notes.push(...merged(`the remote's ${branch}`, yield* merge(repository, tracking)))
  }
  const state = yield* inspect(repository)
  if (state.operation === undefined && !(yield* isAncestor(repository, base, "HEAD"))) {
    notes.push(...merged(base.replace(/^refs\/remotes\/origin\//, ""), yield* merge(repository, base)))
  }
  return { ours: settled.ours, notes }
})
