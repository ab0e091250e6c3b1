/** Our files in the repository's folder: written for the agent, hidden from git, and never part of what is delivered. */
import { inProject } from "@orchestrator/domain/TaskMaster"
import { Effect, FileSystem } from "effect"
import { allTraces } from "../../agents/Agents.ts"
import { Git } from "../../git/Git.ts"
import { discard, isPlainPath } from "../../pod/Plain.ts"
import { setupFailed } from "../../pod/RunFailure.ts"
import type { Repository } from "../workspace/Clone.ts"
import { taskFileNames, taskFolders } from "./TaskFiles.ts"

/** A path as a line of `.git/info/exclude`. */
export const excludeLine = (path: string): string => `/${path.replace(/[\\*?[\]!#]/g, "\\$&").replace(/ +$/, "\\$&")}`

const tracked = Effect.fnUntraced(function*(repository: Repository, paths: ReadonlyArray<string>) {
  const git = yield* Git
  const listing = yield* git.run(repository, ["ls-files", "-z", "--", ...paths], {
    environment: { GIT_LITERAL_PATHSPECS: "1" }
  })
  return listing.split("\0").filter((path) => path !== "")
})

/** Removes what an earlier attempt was given: nothing hides it from git any more, and it is no work. */
export const clearTaskFiles = Effect.fn("TaskFolder.clear")(
  function*(repository: Repository, workingDirectory: string) {
    for (const folder of taskFolders.map((name) => inProject(workingDirectory, name))) {
      const path = `${repository.workTree}/${folder}`
      if (!(yield* isPlainPath(repository.workTree, folder))) continue
      const known = yield* tracked(repository, [folder])
      if (known.length === 0) yield* discard(path)
      for (const name of taskFileNames) {
        if (!known.includes(`${folder}/${name}`)) yield* discard(`${path}/${name}`)
      }
    }
  }
)

const longestExclude = 1_000_000

/** Folders that an agent's CLI makes for itself. */
const cliFiles = allTraces.flatMap(({ ownFiles }) => ownFiles)

/** Hides from git what these lines of an ignore file name, beside the lines that are to be kept. */
export const hideTaskFiles = Effect.fn("TaskFolder.hide")(function*(
  repository: Repository,
  hidden: ReadonlyArray<string>,
  kept = ""
) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(`${repository.gitDir}/info`, { recursive: true })
  yield* fs.writeFileString(`${repository.gitDir}/info/exclude`, `${[...hidden, ...cliFiles].join("\n")}\n${kept}`)
})

/** After an agent: what hides our files is there, whatever it has made of it; its own lines stay. */
export const keepHidden = Effect.fn("TaskFolder.keepHidden")(function*(
  repository: Repository,
  hidden: ReadonlyArray<string>
) {
  const fs = yield* FileSystem.FileSystem
  const path = `${repository.gitDir}/info/exclude`
  const isFile = yield* fs.stat(path).pipe(
    Effect.map(({ size, type }) => type === "File" && Number(size) < longestExclude),
    Effect.orElseSucceed(() => false)
  )
  const text = isFile ? yield* fs.readFileString(path).pipe(Effect.orElseSucceed(() => "")) : ""
  if (hidden.every((line) => text.split("\n").includes(line))) return
  yield* Effect.ignore(fs.remove(path, { recursive: true, force: true }))
  yield* hideTaskFiles(repository, hidden, text)
})

/** Why the task's files cannot go to this folder; undefined where they can. */
const obstacle = Effect.fnUntraced(function*(repository: Repository, folder: string, names: Iterable<string>) {
  const fs = yield* FileSystem.FileSystem
  const absolute = `${repository.workTree}/${folder}`
  const link = yield* fs.readLink(absolute).pipe(Effect.orElseSucceed(() => undefined))
  if (link !== undefined) return "a link"
  const known = yield* tracked(repository, [folder])
  if (known.includes(folder)) return "a file"
  const clash = [...names].map((name) => `${folder}/${name}`).filter((path) => known.includes(path))
  return clash.length === 0 ? undefined : `a folder with ${clash.join(", ")}`
})

/** Writes the task's files into a folder of the agent's; answers with their paths in the repository, and what the agent must know. */
export const placeTaskFiles = Effect.fn("TaskFolder.place")(function*(
  repository: Repository,
  workingDirectory: string,
  files: ReadonlyMap<string, string>
) {
  const fs = yield* FileSystem.FileSystem
  const obstacles: Array<string> = []
  for (const name of taskFolders) {
    const folder = inProject(workingDirectory, name)
    const found = yield* obstacle(repository, folder, files.keys())
    if (found !== undefined) {
      obstacles.push(`${folder} is ${found}`)
      continue
    }
    const absolute = `${repository.workTree}/${folder}`
    const shared = (yield* tracked(repository, [folder])).length > 0
    if (!shared) yield* fs.remove(absolute, { recursive: true, force: true })
    yield* fs.makeDirectory(absolute, { recursive: true })
    for (const [file, text] of files) {
      yield* fs.remove(`${absolute}/${file}`, { recursive: true, force: true })
      yield* fs.writeFileString(`${absolute}/${file}`, text)
    }
    const paths = [...files.keys()].map((file) => `${folder}/${file}`)
    // A folder that has nothing else is hidden whole.
    const hidden = shared ? paths.map(excludeLine) : [`${excludeLine(folder)}/`]
    yield* hideTaskFiles(repository, hidden)
    const notes = obstacles.length === 0
      ? []
      : [`The task's files are in ${name}/ and not in ${taskFolders[0]}/: ${obstacles.join(", ")} in the repository.`]
    return { files: paths, hidden, notes }
  }
  return yield* setupFailed(`there is no place for the task's files: ${obstacles.join(", ")} in the repository`)
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
