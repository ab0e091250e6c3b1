/**
 * The clone on the workspace. It is made by `init` and `fetch`, so an interrupted clone is simply continued; what a killed predecessor
 * left (locks, a broken index) is repaired, and a clone beyond repair is moved aside, never deleted.
 */
import { DateTime, Effect, FileSystem } from "effect"
import { Git, type GitFolders } from "../git/Git.ts"
import { identityOf, repositoryConfig, storageSettings } from "../git/GitSettings.ts"
import { RunnerConfig } from "../RunnerConfig.ts"

export interface Repository extends GitFolders {
  readonly gitDir: string
  readonly workTree: string
}

/** Paths that are not files or folders of their own: links could lead anywhere. */
const isForeign = Effect.fnUntraced(function*(gitDir: string) {
  const fs = yield* FileSystem.FileSystem
  const kind = yield* fs.lstat(gitDir).pipe(Effect.map(({ type }) => type), Effect.orElseSucceed(() => undefined))
  return kind !== undefined && (kind !== "Directory" || (yield* fs.exists(`${gitDir}/commondir`)))
})

const removeLocks = Effect.fnUntraced(function*(gitDir: string) {
  const fs = yield* FileSystem.FileSystem
  const list = (folder: string, recursive: boolean) =>
    fs.readDirectory(folder, { recursive }).pipe(
      Effect.map((names) => names.filter((name) => name.endsWith(".lock")).map((name) => `${folder}/${name}`)),
      Effect.orElseSucceed(() => [])
    )
  const locks = [...(yield* list(gitDir, false)), ...(yield* list(`${gitDir}/refs`, true))]
  for (const lock of locks) yield* fs.remove(lock, { force: true })
})

/** Makes `.git/config` ours: what describes the storage stays, everything that names commands or addresses goes. */
const writeOwnConfig = Effect.fnUntraced(function*(gitDir: string, origin: string) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const { githubUser } = yield* RunnerConfig
  const file = `${gitDir}/config`
  const listing = yield* git.ask(undefined, ["config", "--file", file, "--no-includes", "--list", "-z"])
  const storage = listing.exitCode === 0 ? storageSettings(listing.stdout) : []
  yield* fs.remove(file, { force: true })
  yield* fs.remove(`${gitDir}/config.worktree`, { force: true })
  yield* fs.writeFileString(file, repositoryConfig({ storage, origin, user: identityOf(githubUser) }))
})

/** After an agent: its locks go, and `.git/config` is ours again before anything is run by it. */
export const reclaim = Effect.fn("Repository.reclaim")(function*(repository: Repository, origin: string) {
  yield* removeLocks(repository.gitDir)
  yield* writeOwnConfig(repository.gitDir, origin)
})

const prepare = Effect.fnUntraced(function*(repository: Repository, origin: string) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const { gitDir } = repository
  yield* removeLocks(gitDir)
  const head = yield* fs.readFileString(`${gitDir}/HEAD`).pipe(Effect.orElseSucceed(() => undefined))
  if (head !== undefined && !/^(?:ref: refs\/|[0-9a-f]{40})/.test(head)) {
    yield* fs.writeFileString(`${gitDir}/HEAD`, "ref: refs/heads/main\n")
  }
  if (yield* fs.exists(gitDir)) yield* writeOwnConfig(gitDir, origin)
  yield* git.run(repository, ["init", "--quiet", "--template=", "--initial-branch=main"])
  yield* writeOwnConfig(gitDir, origin)
})

/** A repository of ours without anything in it, where there is none. */
export const initRepository = Effect.fn("Repository.init")(function*(repository: Repository, origin: string) {
  const git = yield* Git
  yield* git.run(repository, ["init", "--quiet", "--template=", "--initial-branch=main"])
  yield* writeOwnConfig(repository.gitDir, origin)
})

const isHealthy = Effect.fnUntraced(function*(repository: Repository) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const status = git.ask(repository, ["status", "--porcelain", "--untracked-files=no"])
  if ((yield* status).exitCode === 0) return true
  // An index cut short by a kill is made anew from HEAD; the files stay as they are.
  yield* fs.remove(`${repository.gitDir}/index`, { force: true })
  yield* git.ask(repository, ["reset", "--quiet"])
  return (yield* status).exitCode === 0
})

const setAside = Effect.fnUntraced(function*(path: string) {
  const fs = yield* FileSystem.FileSystem
  const stamp = DateTime.formatIso(yield* DateTime.now).replace(/[^0-9]/g, "").slice(0, 14)
  const aside = `${path}.broken-${stamp}`
  yield* fs.rename(path, aside)
  yield* Effect.logWarning(`the clone at ${path} cannot be used; it is kept at ${aside}`)
  yield* fs.makeDirectory(path, { recursive: true })
  return aside
})

/** The repository in this folder, new or as it was left; `aside` names where a broken predecessor lies now. */
export const openRepository = Effect.fn("Repository.open")(function*(path: string, origin: string) {
  const fs = yield* FileSystem.FileSystem
  const repository: Repository = { gitDir: `${path}/.git`, workTree: path }
  yield* fs.makeDirectory(path, { recursive: true })
  const foreign = yield* isForeign(repository.gitDir)
  const usable = !foreign && (yield* prepare(repository, origin).pipe(
    Effect.andThen(isHealthy(repository)),
    Effect.catchTag("GitError", (error) => Effect.as(Effect.logWarning(error.message), false))
  ))
  if (usable) return { repository, aside: undefined }
  const aside = yield* setAside(path)
  yield* prepare(repository, origin)
  return { repository, aside }
})
