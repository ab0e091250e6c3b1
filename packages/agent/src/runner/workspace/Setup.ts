/** Makes a workspace ready for the agent: clone, branch, task files. What comes out is all that the agent and the delivery need. */
import { docsBranchName } from "@orchestrator/domain/Names"
import { inProject } from "@orchestrator/domain/TaskMaster"
import { Clock, Effect, FileSystem, PlatformError } from "effect"
import {
  type BranchFacts,
  choiceFor,
  chooseBranch,
  leftBranch,
  mustLeave,
  parseWriters,
  runTrailer
} from "../../git/Branch.ts"
import { Git, GitError } from "../../git/Git.ts"
import { type Remote, Upstream, UpstreamError } from "../../git/Upstream.ts"
import { advice, isTransient, noStart } from "../../git/UpstreamWords.ts"
import { type CodeTask, taskWords } from "../../kinds/CodeRunWork.ts"
import type { DocsTask } from "../../kinds/DocsRunWork.ts"
import { matchTask } from "../../kinds/RunWorks.ts"
import { discard, kindOf } from "../../pod/Plain.ts"
import { setupFailed } from "../../pod/RunFailure.ts"
import { type Decision, Handover, type HandoverError } from "../handover/Handover.ts"
import type { RunnerSettings } from "../services/RunnerConfig.ts"
import { checkTaskList, readTaskFiles, requireBranch, unreachable } from "../task/TaskFiles.ts"
import { clearTaskFiles, excludeLine, hideTaskFiles, placeTaskFiles } from "../task/TaskFolder.ts"
import { checkOut } from "./CheckOut.ts"
import type { Repository } from "./Clone.ts"
import { removeForeignInstructions } from "./Instructions.ts"
import { placeOtherRepositories } from "./OtherRepositories.ts"
import { type Opened, openRepository, setAside } from "./Repository.ts"
import { runSetupScript } from "./SetupScript.ts"
import { type CheckedOut, checkOutModules } from "./Submodules.ts"
import { type Before, lookBefore } from "./Whereabouts.ts"
import { WorkspaceState } from "./WorkspaceState.ts"
import { commitOf, isAncestor } from "./Worktree.ts"

export interface Prepared {
  readonly repository: Repository
  /** The agent's folder. */
  readonly workingDirectory: string
  readonly branch: string
  /** Branch that the work starts from and goes to. */
  readonly baseBranch: string
  /** The same as a remote-tracking revision. */
  readonly base: string
  /** Commit that the agent starts on. */
  readonly start: string
  /** What was fetched of the remote. */
  readonly refspecs: ReadonlyArray<string>
  /** What there is before the agent starts. */
  readonly before: Before
  /** For people: what became of an earlier clone. */
  readonly remarks: ReadonlyArray<string>
  /** For the agent. */
  readonly notes: ReadonlyArray<string>
  /** What the work is about, for commit messages. */
  readonly title: string
  /** The one folder whose changes are delivered; everything when absent. */
  readonly only: string | undefined
  /** Our own files in the repository's folder, relative to it. */
  readonly ownFiles: ReadonlyArray<string>
  /** The same as lines of an ignore file. */
  readonly hidden: ReadonlyArray<string>
  /** Submodules whose files are there. */
  readonly modules: ReadonlyArray<CheckedOut>
}

const tracking = (branch: string) => `refs/remotes/origin/${branch}`

const asideNote = (aside: string | undefined) =>
  aside === undefined
    ? []
    : [`The earlier clone was damaged and lies at ${aside}; look there for work that is missing.`]

const asideRemark = (aside: string | undefined) =>
  aside === undefined ? [] : [`An earlier clone could not be used any more; it is kept at ${aside}.`]

const leftRemark = (left: string | undefined) =>
  left === undefined
    ? []
    : [
      `An earlier attempt of this run pushed to ${left} and was lost before its status said so. All of that is here as well, so that the branch can be deleted.`
    ]

/** How the tree is when the agent gets it. */
const startOf = Effect.fnUntraced(function*(repository: Repository) {
  const start = yield* commitOf(repository, "HEAD")
  if (start === undefined) return yield* setupFailed("the branch has no commit to start from")
  return { start, before: yield* lookBefore(repository, yield* Clock.currentTimeMillis) }
})

/** Whether the repository itself has something at a path; what is ignored or new may be anybody's. */
const isTracked = Effect.fnUntraced(function*(repository: Repository, path: string) {
  const git = yield* Git
  const listing = yield* git.run(repository, ["ls-files", "-z", "--", path], {
    environment: { GIT_LITERAL_PATHSPECS: "1" }
  })
  return listing !== ""
})

/** The agent's folder as it really is; a link of the repository that leads out of it is refused, and one that was left there removed. */
const folderOf = Effect.fnUntraced(function*(repository: Repository, workingDirectory: string, create: boolean) {
  const fs = yield* FileSystem.FileSystem
  const wanted = workingDirectory === "" ? repository.workTree : `${repository.workTree}/${workingDirectory}`
  const root = yield* fs.realPath(repository.workTree)
  const isInside = (path: string) =>
    (path === root || path.startsWith(`${root}/`)) && !`${path}/`.startsWith(`${root}/.git/`)
  const foreign = setupFailed(`${workingDirectory} is not a folder of the repository`)
  let path = root
  for (const name of workingDirectory.split("/").filter((part) => part !== "" && part !== ".")) {
    path = `${path}/${name}`
    const left = (yield* kindOf(path)) !== "Directory" && !(yield* isTracked(repository, path))
    if (left) {
      yield* discard(path)
      if (!create) return yield* setupFailed(`the repository has no folder ${workingDirectory}`)
      yield* fs.makeDirectory(path)
      yield* Effect.log(`the repository has no folder ${path.slice(root.length + 1)} yet; it is made`)
    }
    path = yield* fs.realPath(path).pipe(Effect.mapError(() => foreign))
    if (!isInside(path) || (yield* fs.stat(path)).type !== "Directory") return yield* foreign
  }
  return wanted
})

/** Whether git failed over what is in the clone, and not over the way to the remote. */
const isDamage = ({ reason }: UpstreamError): boolean =>
  !isTransient(reason) && /\bobjects?\b|\bpack\b|corrupt|\brefs?\/|unable to (?:create|write|resolve)/i.test(reason)

type CloneError = GitError | UpstreamError | PlatformError.PlatformError

/** Does this in the workspace's clone; where the clone does not let it, in a new one, and the old one lies aside. */
const inClone = Effect.fnUntraced(function*<A, E, R>(
  { roots: { workspace } }: RunnerSettings,
  use: (opened: Opened) => Effect.Effect<A, E | CloneError, R>
) {
  const upstream = yield* Upstream
  const path = `${workspace}/target-repo`
  const open = openRepository(path, upstream.address("target"))
  const opened = yield* open
  const again = (error: CloneError) =>
    Effect.gen(function*() {
      yield* Effect.logWarning(error.message)
      const aside = yield* setAside(path)
      return yield* use({ ...(yield* open), aside })
    })
  return yield* use(opened).pipe(Effect.catchIf(
    (error): error is CloneError =>
      opened.aside === undefined &&
      (error instanceof GitError || error instanceof PlatformError.PlatformError ||
        (error instanceof UpstreamError && isDamage(error))),
    again
  ))
})

const baseOf = Effect.fnUntraced(function*(url: string, remote: Remote, decided: string) {
  const branch = [decided, remote.defaultBranch].find((name) => name !== undefined && remote.heads.has(name))
  return branch ?? (yield* setupFailed(`target repository ${url} cannot be worked on: ${noStart(remote.heads)}`))
})

const writersOf = Effect.fnUntraced(function*(repository: Repository, base: string, branch: string) {
  const git = yield* Git
  const log = yield* git.ask(repository, [
    "log",
    `--format=%(trailers:key=${runTrailer},valueonly)`,
    `${base}..${branch}`,
    "--"
  ])
  return parseWriters(log.stdout)
})

const undecided = (githubUser: string) => (error: HandoverError) =>
  setupFailed(`${error.message}.${advice(error.reason, githubUser)}`)

/** What the broker's decision makes of the runner's choice. */
const settleBranch = Effect.fnUntraced(function*(facts: BranchFacts, decision: Decision) {
  if (!mustLeave(chooseBranch(facts), decision.branch, facts)) return choiceFor(decision.branch, facts)
  const { switchToOwnBranch } = yield* Handover
  return choiceFor((yield* switchToOwnBranch).branch, facts)
})

const untracked = Effect.fnUntraced(function*(repository: Repository) {
  const git = yield* Git
  const listing = yield* git.run(repository, ["ls-files", "-z", "--others", "--exclude-standard", "--directory"])
  return listing.split("\0").filter((path) => path !== "")
})

/** Runs the repository's script. Files that it makes beside those that git follows are no work of the agent's: they are hidden from git. */
const makeReady = Effect.fnUntraced(function*(
  settings: RunnerSettings,
  repository: Repository,
  hidden: ReadonlyArray<string>
) {
  const notes = yield* runSetupScript(settings, repository)
  const made = notes.length === 0 ? [] : yield* untracked(repository)
  const all = [...hidden, ...made.map(excludeLine)]
  if (made.length > 0) yield* hideTaskFiles(repository, all)
  return { notes, hidden: all }
})

const prepareCode = Effect.fn("Setup.prepareCode")(function*(settings: RunnerSettings, task: CodeTask) {
  const state = yield* WorkspaceState
  const upstream = yield* Upstream
  const handover = yield* Handover
  const { githubUser, run, workingDirectory } = settings
  const url = upstream.name("target")
  yield* Effect.log(`preparing ${url} for ${taskWords(task)}`)
  const [sources, remote] = yield* Effect.all([
    readTaskFiles(task),
    upstream.look("target").pipe(Effect.mapError(unreachable("target repository", githubUser)))
  ], { concurrency: 2 })
  const decision = yield* handover.decision.pipe(Effect.mapError(undecided(githubUser)))
  const baseBranch = yield* baseOf(url, remote, decision.base)
  const base = tracking(baseBranch)
  const refspecs = [`+refs/heads/*:${tracking("*")}`]
  const { own, plain } = task.branches
  const { branches: claims } = yield* state.read
  const { aside, choice, left, notes, ours, repository } = yield* inClone(
    settings,
    Effect.fnUntraced(function*({ aside, interrupted, repository }: Opened) {
      yield* upstream.fetch("target", repository, refspecs)
      const local = yield* commitOf(repository, `refs/heads/${plain}`)
      const facts: BranchFacts = {
        runUid: run.uid,
        plain,
        own,
        remote: remote.heads,
        claims,
        writers: remote.heads.has(plain) ? yield* writersOf(repository, base, tracking(plain)) : [],
        local: local !== undefined,
        contained: local !== undefined && (yield* isAncestor(repository, tracking(plain), local)),
        contested: task.contested
      }
      const choice = yield* settleBranch(facts, decision)
      yield* Effect.log(`branch ${choice.branch}${choice.continues ? ", continued" : ` from ${baseBranch}`}`)
      const onRemote = remote.heads.has(choice.branch)
      yield* clearTaskFiles(repository, workingDirectory)
      const { notes, ours } = yield* checkOut(repository, { choice, run, base, onRemote, interrupted })
      return { aside, choice, left: leftBranch(facts, choice), notes, ours, repository }
    })
  ).pipe(Effect.catchTags({
    HandoverError: undecided(githubUser),
    UpstreamError: unreachable("target repository", githubUser)
  }))
  yield* state.claim(choice.branch, { ...claims[choice.branch], runUid: run.uid })

  const submodules = yield* checkOutModules(repository, base, ours)
  const others = yield* placeOtherRepositories(settings, task.repositories)
  const folder = yield* folderOf(repository, workingDirectory, true)
  yield* removeForeignInstructions(repository, folder)
  const placed = yield* placeTaskFiles(repository, workingDirectory, sources.files)
  const made = yield* makeReady(settings, repository, placed.hidden)
  const prepared: Prepared = {
    repository,
    workingDirectory: folder,
    branch: choice.branch,
    baseBranch,
    base,
    ...yield* startOf(repository),
    refspecs,
    remarks: [...asideRemark(aside), ...leftRemark(left), ...submodules.remarks],
    notes: [...asideNote(aside), ...notes, ...others, ...placed.notes, ...made.notes, ...submodules.notes],
    title: titleOf(task, sources.title),
    only: undefined,
    ownFiles: placed.files,
    hidden: made.hidden,
    modules: submodules.modules
  }
  return prepared
})

const titleOf = ({ taskId }: CodeTask, title: string | undefined): string => {
  if (taskId === undefined) return title ?? "Implement what was asked"
  return title === undefined ? `Task ${taskId}` : `Task ${taskId}: ${title}`
}

const prepareDocs = Effect.fn("Setup.prepareDocs")(function*(settings: RunnerSettings, task: DocsTask) {
  const upstream = yield* Upstream
  const { githubUser, run, workingDirectory } = settings
  const url = upstream.name("target")
  yield* Effect.log(`preparing ${url} (${task.sourceBranch}) for its documentation`)
  const remote = yield* upstream.look("target").pipe(Effect.mapError(unreachable("repository", githubUser)))
  yield* requireBranch("repository", url, remote, task.sourceBranch)
  const branch = docsBranchName(run.name, run.uid)
  const onRemote = remote.heads.has(branch)
  const refspecs = [task.sourceBranch, ...(onRemote ? [branch] : [])].map((name) =>
    `+refs/heads/${name}:${tracking(name)}`
  )
  const base = tracking(task.sourceBranch)
  const { aside, notes, ours, repository } = yield* inClone(
    settings,
    Effect.fnUntraced(function*({ aside, interrupted, repository }: Opened) {
      yield* upstream.fetch("target", repository, refspecs)
      const continues = onRemote || (yield* commitOf(repository, `refs/heads/${branch}`)) !== undefined
      const choice = { branch, continues }
      const { notes, ours } = yield* checkOut(repository, { choice, run, base, onRemote, interrupted })
      return { aside, notes, ours, repository }
    })
  ).pipe(Effect.catchTag("UpstreamError", unreachable("repository", githubUser)))
  const submodules = yield* checkOutModules(repository, base, ours)
  const folder = yield* folderOf(repository, workingDirectory, false)
  yield* removeForeignInstructions(repository, folder)
  const made = yield* makeReady(settings, repository, [])
  const list = yield* checkTaskList({ workTree: repository.workTree, project: workingDirectory, url, task })
  const prepared: Prepared = {
    repository,
    workingDirectory: folder,
    branch,
    baseBranch: task.sourceBranch,
    base,
    ...yield* startOf(repository),
    refspecs,
    remarks: [...asideRemark(aside), ...submodules.remarks],
    notes: [...asideNote(aside), ...notes, ...made.notes, ...submodules.notes, ...list.notes],
    title: `Document ${list.tasks.length === 1 ? "1 task" : `${list.tasks.length} tasks`}`,
    only: inProject(workingDirectory, ".taskmaster/docs"),
    ownFiles: [],
    hidden: made.hidden,
    modules: submodules.modules
  }
  return prepared
})

/** Prepares the workspace for the run's task. */
export const prepareWorkspace = (settings: RunnerSettings) =>
  matchTask(settings.task, {
    code: (task) => prepareCode(settings, task),
    docs: (task) => prepareDocs(settings, task)
  })
