/**
 * Files of one user: written whole under another name and put in place with mode 0600, whatever stood there before; read only where
 * they still are plain files that nobody else has had access to. No link is followed.
 */
import { Effect, FileSystem, Option } from "effect"
import { randomBytes } from "node:crypto"
import { userInfo } from "node:os"

/** User id of this process; file systems without owners say nothing of it. */
export const ownUid = Effect.sync(() => userInfo().uid)

const beside = (path: string): string => `${path}.${randomBytes(8).toString("hex")}`

/** The text under a name of its own, for as long as it takes to put it in place. */
const placed = <E, R>(path: string, text: string, put: (made: string) => Effect.Effect<void, E, R>) =>
  Effect.flatMap(FileSystem.FileSystem, (files) =>
    Effect.acquireUseRelease(
      Effect.sync(() => beside(path)),
      (made) => Effect.andThen(files.writeFileString(made, text, { flag: "wx", mode: 0o600 }), put(made)),
      (made) => Effect.ignore(files.remove(made, { force: true }))
    ))

/** Replaces what is there; what a link there points at stays as it is. */
export const writePrivate = Effect.fn("PrivateFile.write")(function*(path: string, text: string) {
  const files = yield* FileSystem.FileSystem
  yield* placed(path, text, (made) => files.rename(made, path))
})

/** Fails when there is something already: of two that write at once, one does. */
export const createPrivate = Effect.fn("PrivateFile.create")(function*(path: string, text: string) {
  const files = yield* FileSystem.FileSystem
  yield* placed(path, text, (made) => files.link(made, path))
})

/** Undefined where it is no plain file of this user's, or where others can or could read or write it. */
export const readPrivate = Effect.fn("PrivateFile.read")(function*(path: string) {
  const files = yield* FileSystem.FileSystem
  const { mode, type, uid } = yield* files.lstat(path)
  const ours = Option.getOrElse(uid, () => -1) === (yield* ownUid)
  if (type !== "File" || !ours || (mode & 0o077) !== 0) return undefined
  return yield* files.readFileString(path)
}, Effect.catchIf((error) => error.reason._tag === "NotFound", () => Effect.undefined))
