/**
 * A clone whose `.git` the agent has lost or replaced. The files are its work; around them the repository is made anew, on the commit
 * that the run started from.
 */
import { Effect, FileSystem } from "effect"
import { Git } from "../../git/Git.ts"
import { Upstream } from "../../git/Upstream.ts"
import { kindOf, plainFolder } from "../../pod/Plain.ts"
import { hideTaskFiles, keepHidden } from "../task/TaskFolder.ts"
import { putAway } from "./Nested.ts"
import { removeObstacles } from "./Obstacles.ts"
import { initRepository } from "./Repository.ts"
import type { Prepared } from "./Setup.ts"
import { commitOf } from "./Worktree.ts"

/** Makes the repository anew; answers with the sentence that says so. */
export const remakeClone = Effect.fn("Recover.remake")(function*(prepared: Prepared, why: string) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const upstream = yield* Upstream
  const { base, branch, hidden, refspecs, repository, start } = prepared
  yield* Effect.logWarning(`the clone's .git cannot be used (${why}); it is made anew around the files`)
  const place = yield* putAway(repository.gitDir, ".git").pipe(Effect.orElseSucceed(() => undefined))
  yield* fs.makeDirectory(repository.gitDir, { recursive: true })
  yield* initRepository(repository, upstream.address("target"))
  yield* upstream.fetch("target", repository, refspecs)
  const commits = yield* Effect.forEach(
    [start, `refs/remotes/origin/${branch}`, base],
    (at) => commitOf(repository, at)
  )
  const from = commits.find((commit) => commit !== undefined) ?? base
  yield* git.run(repository, ["update-ref", `refs/heads/${branch}`, from])
  yield* git.run(repository, ["symbolic-ref", "HEAD", `refs/heads/${branch}`])
  yield* git.run(repository, ["reset", "--quiet", "--mixed"])
  yield* hideTaskFiles(repository, hidden)
  return `The agent's .git was lost or replaced (${why}); its files are on the branch as they were${
    place === undefined ? "" : `, what was in its .git is kept at ${place}`
  }.`
})

/** Git would wait for ever for a pipe. */
const filesOfGit = [
  "HEAD",
  "config",
  "index",
  "packed-refs",
  "shallow",
  "info/exclude",
  "info/attributes",
  "objects/info/alternates"
]

/** Undefined where the clone is the one that the agent was given. */
export const recoverClone = Effect.fn("Recover.clone")(function*(prepared: Prepared) {
  const fs = yield* FileSystem.FileSystem
  const upstream = yield* Upstream
  const { base, hidden, refspecs, repository: { gitDir, workTree }, repository, start } = prepared
  yield* fs.makeDirectory(workTree, { recursive: true })
  if ((yield* kindOf(workTree)) === "Directory") yield* plainFolder(workTree)
  yield* removeObstacles(repository)
  const link = yield* fs.readLink(gitDir).pipe(Effect.orElseSucceed(() => undefined))
  const kind = yield* fs.stat(gitDir).pipe(Effect.map(({ type }) => type), Effect.orElseSucceed(() => undefined))
  if (link !== undefined || kind !== "Directory") {
    return yield* remakeClone(prepared, link !== undefined ? "a link" : kind === undefined ? "gone" : "not a folder")
  }
  for (const name of filesOfGit) {
    const kind = yield* fs.stat(`${gitDir}/${name}`).pipe(
      Effect.map(({ type }) => type),
      Effect.orElseSucceed(() => "File" as const)
    )
    if (kind !== "File") return yield* remakeClone(prepared, `its ${name} is no file`)
  }
  if (yield* fs.exists(`${gitDir}/commondir`)) return yield* remakeClone(prepared, "part of another repository")
  if ((yield* commitOf(repository, start)) === undefined) {
    return yield* remakeClone(prepared, "without the run's commits")
  }
  // What was fetched goes with a remote that the agent takes away.
  if ((yield* commitOf(repository, base)) === undefined) yield* upstream.fetch("target", repository, refspecs)
  yield* keepHidden(repository, hidden)
  return undefined
})
