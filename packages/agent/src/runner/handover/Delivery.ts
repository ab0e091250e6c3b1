/**
 * From the working tree to proof: commits what the agent left, pushes the run's branch, reads the remote back and hands over. Only what
 * remote and forge then show counts.
 */
import type { Delivery } from "@orchestrator/domain/AgentResult"
import { DateTime, Effect, FileSystem } from "effect"
import { Git } from "../git/Git.ts"
import { Upstream } from "../git/Upstream.ts"
import { isBehind } from "../git/UpstreamWords.ts"
import { withdrawTaskFiles } from "../task/TaskFolder.ts"
import { trailers } from "../workspace/Branch.ts"
import { reclaim } from "../workspace/Repository.ts"
import type { Prepared } from "../workspace/Setup.ts"
import { WorkspaceState } from "../workspace/WorkspaceState.ts"
import { clear, commitAll, commitOf, inspect, isAncestor, keepAside, merge } from "../workspace/Worktree.ts"
import { type Delivered, Handover, type Work } from "./Handover.ts"

export interface DeliverOptions {
  readonly run: { readonly uid: string; readonly attempt: number }
  /** First line of the commit for what was left. */
  readonly subject: string
  /** What the agent says of work that it calls done; without it nothing but the branch is seen to. */
  readonly report?: Pick<Work, "summary" | "costUsd">
}

/** Puts the work onto the run's branch, on whatever branch or detached HEAD the agent ended. */
const collectAll = Effect.fnUntraced(function*(prepared: Prepared, options: DeliverOptions) {
  const git = yield* Git
  const { branch, repository } = prepared
  yield* withdrawTaskFiles(repository, prepared.ownFiles)
  let before = yield* inspect(repository)
  if (before.operation !== undefined && before.operation !== "merge") {
    const ref = yield* keepAside(repository, before)
    yield* Effect.logWarning(`the agent left an unfinished ${before.operation}; its state is kept at ${ref}`)
    yield* clear(repository, before)
    yield* git.run(repository, ["checkout", "--quiet", "--force", branch, "--"])
    before = yield* inspect(repository)
  }
  const saved = (before.dirty || before.operation !== undefined) && (yield* commitAll(repository, {
    message: [options.subject, trailers(options.run)]
  }))
  if (saved) yield* Effect.log("committed what the agent left")

  const after = saved ? yield* inspect(repository) : before
  if (after.branch === branch || after.head === undefined) return
  const target = `refs/heads/${branch}`
  if ((yield* commitOf(repository, target)) === undefined || (yield* isAncestor(repository, target, after.head))) {
    yield* git.run(repository, ["update-ref", target, after.head])
    yield* git.run(repository, ["symbolic-ref", "HEAD", target])
    return
  }
  yield* git.run(repository, ["checkout", "--quiet", "--force", branch, "--"])
  if (yield* isAncestor(repository, after.head, target)) return
  const { conflicts, problem } = yield* merge(repository, after.head)
  if (conflicts.length === 0 && problem === undefined) return
  const ref = `refs/orchestrator/kept/${after.head.slice(0, 12)}`
  yield* git.run(repository, ["update-ref", ref, after.head])
  yield* git.ask(repository, ["merge", "--abort"])
  yield* Effect.logWarning(`the agent committed elsewhere and its commits do not merge; they are kept at ${ref}`)
})

/** One commit on top of the branch with the changes of one folder and nothing else, whatever the agent committed itself. */
const collectFolder = Effect.fnUntraced(function*(prepared: Prepared, only: string, options: DeliverOptions) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const { base, branch, repository } = prepared
  const state = yield* inspect(repository)
  if (state.operation !== undefined) yield* git.ask(repository, [state.operation, "--quit"])
  const published = yield* commitOf(repository, `refs/remotes/origin/${branch}`)
  const start = published ?? (yield* commitOf(repository, base)) ?? "HEAD"
  yield* git.run(repository, ["symbolic-ref", "HEAD", `refs/heads/${branch}`])
  yield* git.run(repository, ["reset", "--quiet", "--mixed", start, "--"])
  if (!(yield* fs.exists(`${repository.workTree}/${only}`))) return
  const saved = yield* commitAll(repository, {
    message: [options.subject, trailers(options.run)],
    only
  })
  if (saved) yield* Effect.log(`committed ${only}`)
})

/** Pushes; a remote that moved is merged first, or replaced where it only had what this run had put there. */
const publish = Effect.fnUntraced(function*(prepared: Prepared) {
  const git = yield* Git
  const state = yield* WorkspaceState
  const upstream = yield* Upstream
  const { branch, repository } = prepared
  const target = `refs/heads/${branch}`
  const offer = Effect.fnUntraced(function*(replace?: string) {
    const commit = (yield* commitOf(repository, target)) ?? ""
    return yield* upstream.push("target", {
      folders: repository,
      commit,
      branch,
      ...(replace === undefined ? {} : { replace })
    })
  })
  const refused = yield* offer()
  if (refused === undefined || !isBehind(refused)) return refused

  yield* upstream.fetch("target", repository, [`+${target}:refs/remotes/origin/${branch}`])
  const theirs = yield* commitOf(repository, `refs/remotes/origin/${branch}`)
  const { branches } = yield* state.read
  if (theirs !== undefined && branches[branch]?.pushed === theirs) return yield* offer(theirs)
  const { conflicts, problem } = yield* merge(repository, `refs/remotes/origin/${branch}`)
  if (conflicts.length === 0 && problem === undefined) return yield* offer()
  yield* git.ask(repository, ["merge", "--abort"])
  return `${refused}; the remote's commits conflict with ours in ${conflicts.join(", ") || problem}`
})

/** Commits, pushes and reads back. */
const publishAndVerify = Effect.fnUntraced(function*(prepared: Prepared, options: DeliverOptions) {
  const git = yield* Git
  const state = yield* WorkspaceState
  const upstream = yield* Upstream
  const { base, branch, only, repository } = prepared
  yield* reclaim(repository, upstream.address("target"))
  yield* only === undefined ? collectAll(prepared, options) : collectFolder(prepared, only, options)

  const head = yield* commitOf(repository, `refs/heads/${branch}`)
  const difference = yield* git.ask(repository, ["diff", "--quiet", "--no-ext-diff", `${base}...refs/heads/${branch}`])
  const changed = head !== undefined && difference.exitCode === 1
  const report = Effect.gen(function*() {
    const before = (yield* upstream.look("target")).heads.get(branch)
    if (!changed && before === undefined) return { branch, changed } satisfies Delivery
    const pushRefused = before === head ? undefined : yield* publish(prepared)
    const headCommit = (yield* upstream.look("target")).heads.get(branch)
    if (headCommit !== undefined && pushRefused === undefined) {
      yield* state.claim(branch, { runUid: options.run.uid, pushed: headCommit })
      yield* Effect.log(`the remote has ${branch} at ${headCommit.slice(0, 12)}`)
    }
    const delivery: Delivery = {
      branch,
      changed,
      ...(headCommit === undefined ? {} : { headCommit }),
      ...(pushRefused === undefined ? {} : { pushRefused }),
      verifiedAt: DateTime.formatIso(yield* DateTime.now)
    }
    return delivery
  })
  return yield* report.pipe(
    Effect.catchTag(
      "UpstreamError",
      (error) => Effect.succeed<Delivery>({ branch, changed, pushRefused: error.reason })
    )
  )
})

/** Publishes the work; where the agent says that it is done, hands it over for its pull request. */
export const deliver = Effect.fn("Delivery.deliver")(function*(prepared: Prepared, options: DeliverOptions) {
  const handover = yield* Handover
  const delivery = yield* publishAndVerify(prepared, options)
  const { report } = options
  if (report === undefined || delivery.pushRefused !== undefined) return { delivery, forgeKnown: false }
  const delivered: Delivered = yield* handover.deliver({
    delivery,
    base: prepared.baseBranch,
    title: prepared.title,
    ...report
  }).pipe(
    Effect.catch(({ message }) => Effect.succeed({ delivery, forgeKnown: true, pullRequestProblem: message }))
  )
  return delivered
})
