/**
 * The token of a state folder: whoever can read it is the person whose local cluster this is. Both APIs want it. It stays over restarts;
 * one that somebody else could have read, or written, is replaced.
 */
import { Effect, FileSystem, Redacted } from "effect"
import { randomBytes } from "node:crypto"
import { createPrivate, readPrivate, writePrivate } from "../settings/PrivateFile.ts"
import type { StateFolder } from "./StateFolder.ts"

const shape = /^[\w-]{43}$/

const found = (path: string) =>
  Effect.map(readPrivate(path), (text) => text !== undefined && shape.test(text.trim()) ? text.trim() : undefined)

/** Another process may make it at the same time: what is then there counts. */
const made = Effect.fnUntraced(function*(path: string) {
  const files = yield* FileSystem.FileSystem
  if (yield* Effect.isSuccess(files.lstat(path))) {
    yield* files.remove(path, { recursive: true, force: true })
    yield* Effect.logWarning(`${path} was readable by others, or contained no token; it has been replaced`)
  }
  const token = randomBytes(32).toString("base64url")
  return yield* createPrivate(path, `${token}\n`).pipe(
    Effect.as(token),
    Effect.catchIf(
      (error) => error.reason._tag === "AlreadyExists",
      (error) => Effect.filterOrFail(found(path), (theirs) => theirs !== undefined, () => error)
    )
  )
})

/** The folder's token; beside it, the header for `curl --header @file`, which keeps it out of the process list and of the history. */
export const accessToken = Effect.fn("AccessToken.open")(function*(state: StateFolder) {
  const token = (yield* found(state.token)) ?? (yield* made(state.token))
  yield* writePrivate(state.authorization, `Authorization: Bearer ${token}\n`)
  return Redacted.make(token)
})
