/** Manifests from where a person has them: a file, a folder of files, the standard input. */
import { Effect, FileSystem, Path } from "effect"
import { CommandFailed } from "../connect/CommandFailed.ts"
import { workingFolder } from "../connect/WorkingFolder.ts"
import { readManifests } from "./Manifests.ts"
import { readText } from "./ReadText.ts"

const isManifest = (name: string): boolean => /\.(ya?ml|json)$/i.test(name)

/** The files that a name stands for: of a folder its manifests, by their names; folders within it are left alone. */
const filesOf = Effect.fnUntraced(function*(named: string) {
  if (named === "-") return [named]
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const place = path.resolve(yield* workingFolder, named)
  const info = yield* files.stat(place).pipe(Effect.orElseSucceed(() => undefined))
  if (info?.type !== "Directory") return [named]
  const names = (yield* files.readDirectory(place).pipe(Effect.orElseSucceed((): Array<string> => []))).filter(
    isManifest
  )
  if (names.length > 0) return names.toSorted().map((name) => path.join(named, name))
  return yield* new CommandFailed({
    message: `Expected manifests (*.yaml, *.yml, *.json) in the folder ${named}, found none`
  })
})

export const manifestFiles = Effect.fn("manifestFiles")(function*(named: ReadonlyArray<string>, namespace: string) {
  const files = (yield* Effect.forEach(named, filesOf)).flat()
  return (yield* Effect.forEach(
    files,
    (file) =>
      Effect.flatMap(
        readText(file, "a manifest"),
        (text) =>
          Effect.fromResult(readManifests(text, file === "-" ? "standard input" : file, namespace)).pipe(
            Effect.mapError((message) => new CommandFailed({ message }))
          )
      )
  )).flat()
})
