/** Our files in the repository's folder: written for the agent, hidden from git, and never part of what is delivered. */
import { Effect, FileSystem } from "effect"
import { Git } from "../git/Git.ts"
import { setupFailed } from "../RunFailure.ts"
import type { Repository } from "../workspace/Repository.ts"
import { inProject, taskFolder } from "./TaskFiles.ts"

/** A path as a line of `.git/info/exclude`. */
export const excludeLine = (path: string): string => `/${path.replace(/[\\*?[\]!#]/g, "\\$&").replace(/ +$/, "\\$&")}`

const tracked = Effect.fnUntraced(function*(repository: Repository, paths: ReadonlyArray<string>) {
  const git = yield* Git
  const listing = yield* git.run(repository, ["ls-files", "-z", "--", ...paths], {
    environment: { GIT_LITERAL_PATHSPECS: "1" }
  })
  return listing.split("\0").filter((path) => path !== "")
})

/** Writes the task's files into `task/` of the agent's folder; answers with their paths in the repository. */
export const placeTaskFiles = Effect.fn("TaskFolder.place")(function*(
  repository: Repository,
  workingDirectory: string,
  files: ReadonlyMap<string, string>
) {
  const fs = yield* FileSystem.FileSystem
  const folder = inProject(workingDirectory, taskFolder)
  const absolute = `${repository.workTree}/${folder}`
  const paths = [...files.keys()].map((name) => `${folder}/${name}`)

  const known = yield* tracked(repository, [folder])
  const clash = known.filter((path) => paths.includes(path))
  if (clash.length > 0) {
    return yield* setupFailed(`the repository has a file of its own at ${clash.join(", ")}, where the task's files go`)
  }
  const link = yield* fs.readLink(absolute).pipe(Effect.orElseSucceed(() => undefined))
  if (link !== undefined) return yield* setupFailed(`${folder} in the repository is a link; the task's files go there`)

  const shared = known.length > 0
  if (!shared) yield* fs.remove(absolute, { recursive: true, force: true })
  yield* fs.makeDirectory(absolute, { recursive: true })
  for (const [name, text] of files) {
    yield* fs.remove(`${absolute}/${name}`, { force: true })
    yield* fs.writeFileString(`${absolute}/${name}`, text)
  }
  yield* fs.makeDirectory(`${repository.gitDir}/info`, { recursive: true })
  const lines = shared ? paths.map(excludeLine) : [`${excludeLine(folder)}/`]
  yield* fs.writeFileString(`${repository.gitDir}/info/exclude`, `${lines.join("\n")}\n`)
  return paths
})

/** Takes our files out of the index, where an agent has added them by force. */
export const withdrawTaskFiles = Effect.fn("TaskFolder.withdraw")(function*(
  repository: Repository,
  paths: ReadonlyArray<string>
) {
  if (paths.length === 0) return
  const git = yield* Git
  const added = yield* tracked(repository, paths)
  if (added.length === 0) return
  yield* git.run(repository, ["rm", "--cached", "--quiet", "--force", "--", ...added], {
    environment: { GIT_LITERAL_PATHSPECS: "1" }
  })
})
