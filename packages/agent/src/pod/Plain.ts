/**
 * Paths on a workspace that an earlier agent may have prepared: a link leads elsewhere, a pipe never ends, a folder may refuse its owner.
 * Here nothing is followed: what is not a file or folder of its own makes room.
 */
import { Clock, Effect, FileSystem } from "effect"

/** What is at a path itself, links not followed; undefined: nothing. */
export const kindOf = Effect.fnUntraced(function*(path: string) {
  const fs = yield* FileSystem.FileSystem
  return yield* fs.lstat(path).pipe(Effect.map(({ type }) => type), Effect.orElseSucceed(() => undefined))
})

/** Names in a folder; none where it is no folder of its own. */
export const namesIn = Effect.fnUntraced(function*(folder: string) {
  const fs = yield* FileSystem.FileSystem
  if ((yield* kindOf(folder)) !== "Directory") return []
  return yield* fs.readDirectory(folder).pipe(Effect.orElseSucceed((): Array<string> => []))
})

/** Gives the owner every right to a folder and those below it: tools make read-only caches, which nobody can delete. */
const unlock = (folder: string): Effect.Effect<void, never, FileSystem.FileSystem> =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    yield* Effect.ignore(fs.chmod(folder, 0o700))
    for (const name of yield* namesIn(folder)) {
      if ((yield* kindOf(`${folder}/${name}`)) === "Directory") yield* unlock(`${folder}/${name}`)
    }
  })

/** Removes whatever is at the path, never what a link leads to. What cannot be removed is said, and stays. */
export const discard = Effect.fnUntraced(function*(path: string) {
  const fs = yield* FileSystem.FileSystem
  const remove = fs.remove(path, { recursive: true, force: true })
  yield* remove.pipe(
    Effect.catch(() => Effect.andThen(unlock(path), remove)),
    Effect.catch((error) => Effect.logWarning(`${path} cannot be removed: ${error.message}`))
  )
})

/** Gives what can be neither used nor removed another name beside it: it is somebody else's, from before the agents had this user. */
export const moveAway = Effect.fnUntraced(function*(path: string) {
  const fs = yield* FileSystem.FileSystem
  const place = `${path}.left-${yield* Clock.currentTimeMillis}`
  yield* fs.rename(path, place)
  yield* Effect.logWarning(`${path} belongs to somebody else; it is kept at ${place}`)
})

/** Whether we have every right to a folder, or can give them to us; not where it is somebody else's. */
export const isOurs = Effect.fnUntraced(function*(folder: string) {
  const fs = yield* FileSystem.FileSystem
  return yield* fs.access(folder, { readable: true, writable: true }).pipe(
    Effect.andThen(Effect.map(fs.stat(folder), ({ mode }) => (mode & 0o700) === 0o700)),
    Effect.orElseSucceed(() => false),
    Effect.flatMap((usable) => usable ? Effect.void : fs.chmod(folder, 0o700)),
    Effect.as(true),
    Effect.orElseSucceed(() => false)
  )
})

/** Makes the path a folder of its own that its owner can use, with what it has where it is one already. */
export const plainFolder = Effect.fnUntraced(function*(path: string) {
  const fs = yield* FileSystem.FileSystem
  if ((yield* kindOf(path)) === "Directory") {
    if (yield* isOurs(path)) return
    yield* moveAway(path)
  }
  yield* discard(path)
  yield* fs.makeDirectory(path, { mode: 0o700 })
})

/** The same for each folder on the way from a root, which is taken as it is. */
export const plainPath = Effect.fnUntraced(function*(root: string, relative: string) {
  let path = root
  for (const name of relative.split("/").filter((part) => part !== "")) {
    path = `${path}/${name}`
    yield* plainFolder(path)
  }
  return path
})

/** Whether every step of a path below a root is a folder of its own. */
export const isPlainPath = Effect.fnUntraced(function*(root: string, relative: string) {
  let path = root
  for (const name of relative.split("/")) {
    path = `${path}/${name}`
    if ((yield* kindOf(path)) !== "Directory") return false
  }
  return true
})

/** The text of a file of its own that is not larger; undefined otherwise. */
export const readPlain = Effect.fnUntraced(function*(path: string, mostBytes: number) {
  const fs = yield* FileSystem.FileSystem
  return yield* fs.lstat(path).pipe(
    Effect.flatMap(({ size, type }) =>
      type === "File" && Number(size) <= mostBytes ? fs.readFileString(path) : Effect.undefined
    ),
    Effect.orElseSucceed(() => undefined)
  )
})

/** Puts a file in place of whatever is there; complete as soon as it has its name. */
export const writePlain = Effect.fnUntraced(function*(path: string, text: string) {
  const fs = yield* FileSystem.FileSystem
  yield* discard(`${path}.new`)
  yield* fs.writeFileString(`${path}.new`, text, { flag: "wx", mode: 0o600 })
  if ((yield* kindOf(path)) === "Directory") yield* discard(path)
  yield* fs.rename(`${path}.new`, path)
})
