/**
 * Repositories that the run has beside its own: each anew for every attempt, the newest commit of one branch, with nothing of what an earlier
 * one made of it. The broker lets nobody push to them.
 */
import type { PlacedRepository } from "@orchestrator/domain/OtherRepositories"
import { Effect, FileSystem } from "effect"
import { Git } from "../../git/Git.ts"
import { Upstream } from "../../git/Upstream.ts"
import { discard, plainFolder } from "../../pod/Plain.ts"
import { otherRole } from "../../pod/Role.ts"
import { setupFailed } from "../../pod/RunFailure.ts"
import type { RunnerSettings } from "../services/RunnerConfig.ts"
import { requireBranch, unreachable } from "../task/TaskFiles.ts"
import { initRepository } from "./Repository.ts"

/** In the workspace, beside the run's clone. */
const folderName = "repositories"

const what = "other repository"

const place = Effect.fnUntraced(function*(
  { githubUser }: RunnerSettings,
  root: string,
  { branch: named, name, url }: PlacedRepository,
  index: number
) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const upstream = yield* Upstream
  const role = otherRole(index)
  const readable = Effect.mapError(unreachable(what, githubUser))
  const remote = yield* upstream.look(role).pipe(readable)
  const branch = named ?? remote.defaultBranch
  if (branch === undefined) {
    return yield* setupFailed(`${what} ${url} has no default branch: name one in spec.repositories[${index}].branch`)
  }
  yield* requireBranch(what, url, remote, branch)
  const workTree = `${root}/${name}`
  const repository = { gitDir: `${workTree}/.git`, workTree }
  yield* fs.makeDirectory(workTree, { recursive: true })
  yield* initRepository(repository, upstream.address(role))
  const tracking = `refs/remotes/origin/${branch}`
  yield* upstream.fetch(role, repository, [`+refs/heads/${branch}:${tracking}`], 1).pipe(readable)
  yield* git.run(repository, ["checkout", "--quiet", "--detach", tracking, "--"])
  yield* Effect.log(`${url} (${branch}) is at ${workTree}`)
  return `${workTree}: ${url}, branch ${branch}`
})

/** Places them; answers with notes for the agent. */
export const placeOtherRepositories = Effect.fn("OtherRepositories.place")(function*(
  settings: RunnerSettings,
  repositories: ReadonlyArray<PlacedRepository>
) {
  const root = `${settings.roots.workspace}/${folderName}`
  yield* discard(root)
  if (repositories.length === 0) return []
  yield* plainFolder(root)
  const placed = yield* Effect.forEach(repositories, (each, index) => place(settings, root, each, index))
  return [`Other repositories are there to be read; nothing that changes in them is delivered. ${placed.join("; ")}.`]
})
