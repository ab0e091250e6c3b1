/** The file in which a container says its last words. */
import { Effect, FileSystem } from "effect"

const limit = 4096

/** At most 4,096 bytes of it; undefined when there is nothing in it. */
export const readMessage = Effect.fnUntraced(function*(file: string) {
  const fs = yield* FileSystem.FileSystem
  const bytes = yield* Effect.orElseSucceed(fs.readFile(file), () => new Uint8Array())
  return bytes.length === 0 ? undefined : new TextDecoder().decode(bytes.subarray(0, limit))
})

/** An empty one, for a container that is about to start. */
export const freshMessage = Effect.fnUntraced(function*(folder: string, file: string) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(folder, { recursive: true })
  yield* fs.writeFile(file, new Uint8Array())
})
