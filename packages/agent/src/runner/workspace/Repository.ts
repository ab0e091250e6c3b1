/**
 * The clone on the workspace. It is made by `init` and `fetch`, so an interrupted clone is simply continued; what a predecessor left in
 * `.git` is reduced to its work, and a clone beyond repair is moved aside, never deleted.
 */
import { DateTime, Effect, FileSystem } from "effect"
import { Git } from "../../git/Git.ts"
import { identityOf, repositoryConfig, storageSettings } from "../../git/GitSettings.ts"
import { discard, isOurs, kindOf, namesIn, plainFolder, readPlain, writePlain } from "../../pod/Plain.ts"
import { RunnerConfig } from "../services/RunnerConfig.ts"
import { CloneSigning } from "../sign/CloneSigning.ts"
import type { Repository } from "./Clone.ts"
import { renewGitFolder, unlockGitFolder } from "./GitFolder.ts"
import { removeObstacles } from "./Obstacles.ts"
import type { Operation } from "./Operations.ts"

export interface Opened {
  readonly repository: Repository
  /** Where a predecessor lies that could not be used. */
  readonly aside: string | undefined
  /** What was under way in it; nothing of that is left but the files. */
  readonly interrupted: Operation | undefined
}

/** Makes `.git/config` ours: what describes the storage stays, everything that names commands or addresses goes. */
const writeOwnConfig = Effect.fnUntraced(
  function*(gitDir: string, origin: string, storage: ReturnType<typeof storageSettings>) {
    const { githubUser } = yield* RunnerConfig
    yield* discard(`${gitDir}/config.worktree`)
    yield* writePlain(
      `${gitDir}/config`,
      repositoryConfig({ storage, origin, user: identityOf(githubUser), signing: yield* CloneSigning })
    )
  }
)

const storageOf = Effect.fnUntraced(function*(gitDir: string) {
  const git = yield* Git
  const file = `${gitDir}/config`
  if ((yield* readPlain(file, 1_048_576)) === undefined) return []
  const listing = yield* git.ask(undefined, ["config", "--file", file, "--no-includes", "--list", "-z"])
  return listing.exitCode === 0 ? storageSettings(listing.stdout) : []
})

/** After an agent: its locks go, and `.git/config` is ours again before anything is run by it. */
export const reclaim = Effect.fn("Repository.reclaim")(function*({ gitDir }: Repository, origin: string) {
  yield* unlockGitFolder(gitDir)
  yield* writeOwnConfig(gitDir, origin, yield* storageOf(gitDir))
})

/** How long the ids of a clone's commits are says how its objects are stored; what its configuration says of that is not asked. */
const objectFormat = Effect.fnUntraced(function*(gitDir: string) {
  const head = ((yield* readPlain(`${gitDir}/HEAD`, 4096)) ?? "").trim()
  const branch = /^ref: (refs\/heads\/.+)$/.exec(head)?.[1]
  const packed = branch === undefined ? undefined : yield* readPlain(`${gitDir}/packed-refs`, 67_108_864)
  const loose = branch === undefined ? head : (yield* readPlain(`${gitDir}/${branch}`, 1024)) ?? packed?.split(" ")[0]
  return loose?.trim().length === 64 ? [["extensions.objectformat", "sha256"] as const] : []
})

/** A repository of ours without anything in it, where there is none. */
export const initRepository = Effect.fn("Repository.init")(function*(repository: Repository, origin: string) {
  const git = yield* Git
  yield* git.run(repository, ["init", "--quiet", "--template=", "--initial-branch=main"])
  yield* writeOwnConfig(repository.gitDir, origin, yield* storageOf(repository.gitDir))
})

const prepare = Effect.fnUntraced(function*(repository: Repository, origin: string) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const { gitDir } = repository
  const known = (yield* kindOf(gitDir)) !== undefined
  const interrupted = known ? yield* renewGitFolder(gitDir) : undefined
  yield* removeObstacles(repository)
  if (known) yield* writeOwnConfig(gitDir, origin, yield* objectFormat(gitDir))
  yield* initRepository(repository, origin)
  // The index is made anew from HEAD: an old one can say of a changed file that it is not.
  const headed = (yield* git.ask(repository, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])).exitCode === 0
  yield* fs.remove(`${gitDir}/index`, { force: true })
  if (headed) yield* git.run(repository, ["reset", "--quiet"])
  return interrupted
})

const isHealthy = Effect.fnUntraced(function*(repository: Repository) {
  const git = yield* Git
  const { exitCode } = yield* git.ask(repository, [
    ...["status", "--porcelain", "--untracked-files=no"],
    // Whatever .gitmodules asks for: what is in a submodule is looked at by nobody here.
    "--ignore-submodules=dirty"
  ])
  return exitCode === 0
})

const keptAsides = 2

/** Names of clones that lie aside, newest first. */
export const asidesIn = (names: ReadonlyArray<string>, name: string): ReadonlyArray<string> =>
  names.filter((each) => each.startsWith(`${name}.broken-`) && /^\d{14}$/.test(each.slice(name.length + 8)))
    .toSorted().toReversed()

/** Moves a clone out of the way and says where it lies; the newest few stay. */
export const setAside = Effect.fn("Repository.setAside")(function*(path: string) {
  const fs = yield* FileSystem.FileSystem
  const [parent = "", name = ""] = [path.slice(0, path.lastIndexOf("/")), path.slice(path.lastIndexOf("/") + 1)]
  for (const old of asidesIn(yield* namesIn(parent), name).slice(keptAsides - 1)) yield* discard(`${parent}/${old}`)
  const stamp = DateTime.formatIso(yield* DateTime.now).replace(/[^0-9]/g, "").slice(0, 14)
  const aside = `${path}.broken-${stamp}`
  yield* discard(aside)
  yield* fs.rename(path, aside)
  yield* Effect.logWarning(`the clone at ${path} cannot be used; it is kept at ${aside}`)
  return aside
})

/** The repository in this folder, new or with the work that is in it; `aside` names where a broken predecessor lies now. */
export const openRepository = Effect.fn("Repository.open")(function*(path: string, origin: string) {
  const repository: Repository = { gitDir: `${path}/.git`, workTree: path }
  const notOurs = (yield* kindOf(path)) === "Directory" && !(yield* isOurs(path))
  const former = notOurs ? yield* setAside(path) : undefined
  yield* plainFolder(path)
  const foreign = (yield* kindOf(`${repository.gitDir}/reftable`)) !== undefined
  const usable = foreign ? undefined : yield* prepare(repository, origin).pipe(
    Effect.flatMap((interrupted) => Effect.map(isHealthy(repository), (ok) => ok ? { interrupted } : undefined)),
    Effect.catchTags({
      GitError: (error) => Effect.as(Effect.logWarning(error.message), undefined),
      PlatformError: (error) => Effect.as(Effect.logWarning(error.message), undefined)
    })
  )
  if (usable !== undefined) {
    const opened: Opened = { repository, aside: former, ...usable }
    return opened
  }
  const aside = yield* setAside(path)
  yield* plainFolder(path)
  yield* prepare(repository, origin)
  const opened: Opened = { repository, aside, interrupted: undefined }
  return opened
})
