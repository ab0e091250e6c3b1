/** The text files of the repository: what git tracks, and what it would track. */
import { Effect, FileSystem, Path } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"

export interface Source {
  /** Path from the root, with forward slashes. */
  readonly path: string
  readonly text: string
}

const binary = /\.(png|jpe?g|gif|ico|woff2?|gz|tgz|wasm)$/

/** Every text file under the root that git does not ignore. A file that vanishes meanwhile is left out. */
export const readSources = Effect.fn("readSources")(function*(root: string) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
  const listed = yield* spawner.string(
    ChildProcess.make("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root })
  )
  const paths = listed.split("\0").filter((path) => path !== "" && !binary.test(path))
  const read = (path: string) =>
    fs.readFileString(join(root, path)).pipe(
      Effect.map((text): ReadonlyArray<Source> => [{ path, text }]),
      Effect.orElseSucceed((): ReadonlyArray<Source> => [])
    )
  return (yield* Effect.forEach(paths, read, { concurrency: 16 })).flat()
})
