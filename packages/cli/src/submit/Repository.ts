/** A repository as a person names it: an address, or a folder of this machine, which a local server reaches. */
import { Effect, FileSystem, Path } from "effect"
import { pathToFileURL } from "node:url"
import { CommandFailed } from "../connect/CommandFailed.ts"
import { workingFolder } from "../connect/WorkingFolder.ts"
import { isAddress } from "./RepositoryName.ts"

/** The address that the run has. */
export const repositoryAddress = Effect.fn("Repository.address")(function*(named: string) {
  if (isAddress(named)) return named
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = path.resolve(yield* workingFolder, named)
  const real = yield* files.realPath(folder).pipe(
    Effect.mapError(() =>
      new CommandFailed({
        message: `Expected the address of a git repository or a folder with one, found ${
          JSON.stringify(named)
        }, and ${folder} does not exist`
      })
    )
  )
  return pathToFileURL(real).href
})
