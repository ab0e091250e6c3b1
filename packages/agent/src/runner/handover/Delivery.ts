/**
 * From the working tree to proof: commits what the agent left, pushes the run's branch, reads the remote back and hands over. Only what
 * remote and forge then show counts.
 */
import type { Delivery } from "@orchestrator/domain/AgentResult"
import type { AttemptKey } from "@orchestrator/domain/Retry"
import { DateTime, Effect, FileSystem } from "effect"
import { trailers } from "../../git/Branch.ts"
import { Git } from "../../git/Git.ts"
import { Upstream } from "../../git/Upstream.ts"
import { isBehind, unanswered } from "../../git/UpstreamWords.ts"
import type { Delivered } from "../../pod/BrokerApi.ts"
import { signBranch } from "../sign/SignBranch.ts"
import { withdrawTaskFiles } from "../task/TaskFolder.ts"
import { type AgentGit, agentGit, unknownGit } from "../workspace/AgentGit.ts"
import { deadLinks } from "../workspace/Links.ts"
import { recoverClone, remakeClone } from "../workspace/Recover.ts"
import { reclaim } from "../workspace/Repository.ts"
import type { Prepared } from "../workspace/Setup.ts"
import { changedModules, deadPins } from "../workspace/Submodules.ts"
import { whereabouts } from "../workspace/Whereabouts.ts"
import { WorkspaceState } from "../workspace/WorkspaceState.ts"
import {
  clear,
  commitAll,
  commitOf,
  inspect,
  isAncestor,
  keepAside,
  merge,
  type TreeState
} from "../workspace/Worktree.ts"
import { type HandedOver, Handover, type Work } from "./Handover.ts"

/** Characters of a patch that a log takes. */
const longestPatch = 200_000

export interface DeliverOptions {
  readonly run: { readonly uid: string; readonly attempt: AttemptKey }
  /** First line of the commit for what was left. */
  readonly subject: string
  /** What the agent says of work that it calls done; without it nothing but the branch is seen to. */
  readonly report?: Pick<Work, "summary" | "costUsd">
}

/** Links without content become files, or are taken out. */
const takeLinksOut = Effect.fnUntraced(function*(prepared: Prepared, options: DeliverOptions, agent: AgentGit) {
  const git = yield* Git
  const { base, branch, repository } = prepared
  const links = yield* deadLinks(repository, base, branch)
  if (links.length === 0) return []
  yield* git.run(repository, ["rm", "--cached", "--quiet", "--force", "--", ...links], {
    environment: { GIT_LITERAL_PATHSPECS: "1" }
  })
  const { left } = yield* commitAll(repository, {
    message: [`Take ${links.join(", ").slice(0, 200)} for what it holds`, trailers(options.run)],
    agent
  })
  return left
})

/** A commit that only the agent's submodule has is no content for anybody else: the link goes back to where it was. */
const takePinsBack = Effect.fnUntraced(function*(prepared: Prepared, options: DeliverOptions) {
  const git = yield* Git
  const { base, branch, modules, repository } = prepared
  const pins = yield* deadPins(repository, modules, base, branch)
  if (pins.length === 0) return []
  const paths = pins.map(({ path }) => path)
  yield* git.run(repository, [
    "update-index",
    ...pins.flatMap(({ before, path }) => ["--cacheinfo", `160000,${before},${path}`])
  ])
  // Of the index alone: in the tree the submodule has the agent's commit.
  yield* git.run(repository, [
    ...["commit", "--quiet", "--no-verify", "--allow-empty"],
    ...["-m", `Leave ${paths.join(", ").slice(0, 200)} at the commit that it had`, "-m", trailers(options.run)]
  ])
  return paths
})

const insideOf = (paths: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...new Set(paths)].map((path) => `${path} (a submodule: changes inside of it are not delivered)`)

const leftOut = (left: ReadonlyArray<string>): ReadonlyArray<string> =>
  left.length === 0 ? [] : [`Left out: ${[...new Set(left)].slice(0, 20).join(", ").slice(0, 800)}.`]

/** Puts the work onto the run's branch, on whatever branch or detached HEAD the agent ended; answers with what is not there. */
const collectAll = Effect.fnUntraced(function*(prepared: Prepared, options: DeliverOptions, agent: AgentGit) {
  const git = yield* Git
  const { branch, repository } = prepared
  yield* withdrawTaskFiles(repository, prepared.ownFiles)
  const inside = yield* changedModules(repository, prepared.modules)
  let before = yield* inspect(repository)
  if (before.operation !== undefined && before.operation !== "merge") {
    const ref = yield* keepAside(repository, before)
    yield* Effect.logWarning(`the agent left an unfinished ${before.operation}; its state is kept at ${ref}`)
    yield* clear(repository, before)
    yield* git.run(repository, ["checkout", "--quiet", "--force", branch, "--"])
    before = yield* inspect(repository)
  }
  const { left, saved } = before.dirty || before.operation !== undefined
    ? yield* commitAll(repository, { message: [options.subject, trailers(options.run)], agent })
    : { left: [], saved: false }
  if (saved) yield* Effect.log("committed what the agent left")

  const after = saved ? yield* inspect(repository) : before
  const kept = yield* toBranch(prepared, after)
  const links = yield* takeLinksOut(prepared, options, agent)
  const pins = yield* takePinsBack(prepared, options)
  return [...leftOut([...left, ...links, ...insideOf([...inside, ...pins])]), ...kept]
})

/** Brings the commits of another branch or a detached HEAD onto the run's. */
const toBranch = Effect.fnUntraced(function*({ branch, repository }: Prepared, { branch: at, head }: TreeState) {
  const git = yield* Git
  if (at === branch || head === undefined) return []
  const target = `refs/heads/${branch}`
  if ((yield* commitOf(repository, target)) === undefined || (yield* isAncestor(repository, target, head))) {
    yield* git.run(repository, ["update-ref", target, head])
    yield* git.run(repository, ["symbolic-ref", "HEAD", target])
    return []
  }
  yield* git.run(repository, ["checkout", "--quiet", "--force", branch, "--"])
  if (yield* isAncestor(repository, head, target)) return []
  const { conflicts, problem } = yield* merge(repository, head)
  if (conflicts.length === 0 && problem === undefined) return []
  const ref = `refs/orchestrator/kept/${head.slice(0, 12)}`
  yield* git.run(repository, ["update-ref", ref, head])
  yield* git.ask(repository, ["merge", "--abort"])
  yield* Effect.logWarning(`the agent committed elsewhere and its commits do not merge; they are kept at ${ref}`)
  return [
    `The agent's commits on ${at === undefined ? "a detached HEAD" : `branch ${at}`} do not merge into ${branch} (${
      problem ?? `conflicts in ${conflicts.join(", ")}`
    }); they are kept in the workspace at ${ref}.`
  ]
})

/** One commit on top of the branch with the changes of one folder and nothing else, whatever the agent committed itself. */
const collectFolder = Effect.fnUntraced(
  function*(prepared: Prepared, only: string, options: DeliverOptions, agent: AgentGit) {
    const fs = yield* FileSystem.FileSystem
    const git = yield* Git
    const { base, branch, repository } = prepared
    const state = yield* inspect(repository)
    if (state.operation !== undefined) yield* git.ask(repository, [state.operation, "--quit"])
    const published = yield* commitOf(repository, `refs/remotes/origin/${branch}`)
    const start = published ?? (yield* commitOf(repository, base)) ?? "HEAD"
    yield* git.run(repository, ["symbolic-ref", "HEAD", `refs/heads/${branch}`])
    yield* git.run(repository, ["reset", "--quiet", "--mixed", start, "--"])
    if (!(yield* fs.exists(`${repository.workTree}/${only}`))) return []
    const { left, saved } = yield* commitAll(repository, {
      message: [options.subject, trailers(options.run)],
      only,
      agent
    })
    if (saved) yield* Effect.log(`committed ${only}`)
    return leftOut(left)
  }
)

/** The work on its branch, in the clone as the agent left it or in one made anew around its files. */
const collect = Effect.fnUntraced(function*(prepared: Prepared, options: DeliverOptions) {
  const { only, repository } = prepared
  const lost = yield* recoverClone(prepared)
  const agent = lost === undefined ? yield* agentGit(repository) : unknownGit
  const { address } = yield* Upstream
  yield* reclaim(repository, address("target"))
  const into = only === undefined
    ? collectAll(prepared, options, agent)
    : collectFolder(prepared, only, options, agent)
  const once = Effect.map(into, (remarks) => [...(lost === undefined ? [] : [lost]), ...remarks])
  return yield* lost !== undefined ? once : once.pipe(
    Effect.catchTag("GitError", (error) =>
      Effect.gen(function*() {
        yield* Effect.logWarning(error.message)
        const again = yield* remakeClone(prepared, error.message)
        return [again, ...yield* into]
      }))
  )
})

/** Pushes; a remote that moved is merged first, or replaced where it only had what this run had put there. */
const publish = Effect.fnUntraced(function*(prepared: Prepared) {
  const git = yield* Git
  const state = yield* WorkspaceState
  const upstream = yield* Upstream
  const { branch, repository } = prepared
  const target = `refs/heads/${branch}`
  const offer = Effect.fnUntraced(function*(replace?: string) {
    yield* signBranch(repository, branch)
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
  const { base, before, branch, only, ownFiles, repository } = prepared
  const remarks = [...prepared.remarks, ...yield* collect(prepared, options)]

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
  const delivery = yield* report.pipe(
    Effect.catchTag(
      "UpstreamError",
      (error) => Effect.succeed<Delivery>({ branch, changed, pushRefused: unanswered(error.reason) })
    )
  )
  if (!changed) return { delivery, remarks: [...remarks, ...yield* whereabouts(repository, before, branch, ownFiles)] }
  if (only === undefined || delivery.pushRefused === undefined) return { delivery, remarks }
  // The workspace of documents goes with its pod.
  const patch = yield* git.ask(repository, ["format-patch", "--stdout", `${base}..refs/heads/${branch}`])
  yield* Effect.log(`what was not pushed, for git am:\n${patch.stdout.slice(0, longestPatch)}`)
  const whole = patch.stdout.length <= longestPatch
  const where = `The documents are in the pod's log, as a patch for git am${
    whole ? "" : `, which is cut after ${longestPatch} characters`
  }.`
  return { delivery, remarks: [...remarks, where] }
})

/** Publishes the work; where the agent says that it is done, hands it over for its pull request. */
export const deliver = Effect.fn("Delivery.deliver")(function*(prepared: Prepared, options: DeliverOptions) {
  const handover = yield* Handover
  const { delivery, remarks } = yield* publishAndVerify(prepared, options)
  const { report } = options
  if (report === undefined || delivery.pushRefused !== undefined) {
    return { delivery, forgeKnown: false, remarks } satisfies HandedOver
  }
  const delivered: Delivered = yield* handover.deliver({
    ...report,
    summary: [...remarks, report.summary].join("\n\n")
  }).pipe(
    Effect.catch(({ message }) => Effect.succeed({ delivery, forgeKnown: true, pullRequestProblem: message }))
  )
  return { ...delivered, remarks } satisfies HandedOver
})
