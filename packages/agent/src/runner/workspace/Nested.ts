/**
 * Repositories inside of the working tree. As entries of a commit they would be links to content that nobody has. What was begun here is
 * content; a clone of something else is not the run's work.
 */
import { Clock, Effect, FileSystem } from "effect"
import { plainPath } from "../../pod/Plain.ts"
import { RunnerConfig } from "../services/RunnerConfig.ts"
import type { Repository } from "./Clone.ts"

/** Moves something of the workspace to where nobody trips over it; answers with its new place. */
export const putAway = Effect.fn("Nested.putAway")(function*(path: string, name: string) {
  const fs = yield* FileSystem.FileSystem
  const { roots } = yield* RunnerConfig
  const folder = yield* plainPath(roots.workspace, `.orchestrator/kept/${yield* Clock.currentTimeMillis}`)
  const place = `${folder}/${name.replaceAll("/", "+").slice(-150)}`
  yield* fs.rename(path, place)
  return place
})

/** Whether its commits may be somebody else's: it knows another repository, or is not whole itself. */
const isStranger = Effect.fnUntraced(function*(gitDir: string) {
  const fs = yield* FileSystem.FileSystem
  const kind = yield* fs.readLink(gitDir).pipe(
    Effect.as("Link"),
    Effect.catch(() => Effect.map(fs.stat(gitDir), ({ type }) => type)),
    Effect.orElseSucceed(() => "nothing")
  )
  if (kind !== "Directory") return true
  const config = yield* fs.readFileString(`${gitDir}/config`).pipe(Effect.orElseSucceed(() => ""))
  return /^\s*\[remote /m.test(config)
})

/** Makes content of those that were begun in these folders; answers with the others. */
export const adoptNested = Effect.fn("Nested.adopt")(function*(repository: Repository, paths: ReadonlyArray<string>) {
  const others: Array<string> = []
  for (const path of paths) {
    const gitDir = `${repository.workTree}/${path}/.git`
    const place = (yield* isStranger(gitDir)) ? undefined : yield* putAway(gitDir, `${path}/.git`).pipe(
      Effect.orElseSucceed(() => undefined)
    )
    if (place === undefined) others.push(path)
    else yield* Effect.log(`${path} was a repository of its own; its files are taken, its commits are kept at ${place}`)
  }
  return others
})
