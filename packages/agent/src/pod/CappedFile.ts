/** A file that keeps the newest of what is appended to it: full, it becomes `<path>.old` and begins anew. */
import { Effect, FileSystem } from "effect"

export interface CappedFile {
  readonly append: (text: string) => Effect.Effect<void>
}

/** Both files together hold at most `limit` bytes. What cannot be written is said once and then let go. */
export const cappedFile = Effect.fnUntraced(function*(path: string, limit: number) {
  const fs = yield* FileSystem.FileSystem
  let size = yield* fs.stat(path).pipe(Effect.map((file) => Number(file.size)), Effect.orElseSucceed(() => 0))
  let broken = false

  const append = Effect.fnUntraced(function*(text: string) {
    const bytes = new TextEncoder().encode(text)
    if (size > 0 && size + bytes.length > limit / 2) {
      yield* fs.rename(path, `${path}.old`)
      size = 0
    }
    yield* fs.writeFile(path, bytes, { flag: "a", mode: 0o600 })
    size += bytes.length
  })

  const file: CappedFile = {
    append: (text) =>
      broken ? Effect.void : append(text).pipe(Effect.catch((error) => {
        broken = true
        return Effect.logWarning(`${path} cannot be written any more: ${error.message}`)
      }))
  }
  return file
})
