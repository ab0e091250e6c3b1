/** A text that a command takes from a file, or from its standard input by the name `-`. */
import { Effect, FileSystem, Path, Stdio, Stream } from "effect"
import { CommandFailed } from "../connect/CommandFailed.ts"
import { workingFolder } from "../connect/WorkingFolder.ts"
import { sentenceOf } from "../settings/FileTrouble.ts"

export const readText = Effect.fn("readText")(function*(file: string, what: string) {
  const refused = (why: string) =>
    new CommandFailed({ message: `Expected ${what} in ${file === "-" ? "the standard input" : file}: ${why}` })
  if (file === "-") {
    const { stdin } = yield* Stdio.Stdio
    return yield* Stream.mkString(Stream.decodeText(stdin)).pipe(Effect.mapError(({ message }) => refused(message)))
  }
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  return yield* files.readFileString(path.resolve(yield* workingFolder, file)).pipe(
    Effect.mapError((error) => refused(sentenceOf(error)))
  )
})
