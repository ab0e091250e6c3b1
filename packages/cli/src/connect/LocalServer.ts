/** The local product, found as git finds a repository: a state folder here or further up, whose server says where it listens. */
import { Effect, FileSystem, Path, Redacted } from "effect"
import { readPrivate } from "../settings/PrivateFile.ts"
import { stateFiles, stateFolderName } from "../settings/StateFiles.ts"
import type { LocalServer } from "./ServerPlace.ts"

const foldersAbove = (path: Path.Path, folder: string): ReadonlyArray<string> => {
  const parent = path.dirname(folder)
  return parent === folder ? [folder] : [folder, ...foldersAbove(path, parent)]
}

/** What a state folder says; nothing where none is, or nobody serves from it. A file that others could write says nothing. */
const serverIn = Effect.fnUntraced(function*(state: string) {
  const path = yield* Path.Path
  const text = (name: string) => readPrivate(path.join(state, name)).pipe(Effect.orElseSucceed(() => undefined))
  const url = (yield* text(stateFiles.server))?.trim()
  if (url === undefined || !URL.canParse(url)) return undefined
  const token = (yield* text(stateFiles.token))?.trim()
  return { url, state, token: token === undefined ? undefined : Redacted.make(token) } satisfies LocalServer
})

/** In the folder that is named, else in the nearest that has one. */
export const findLocalServer = Effect.fn("LocalServer.find")(function*(named: string | undefined, from: string) {
  const path = yield* Path.Path
  if (named !== undefined) return yield* serverIn(path.resolve(from, named))
  const files = yield* FileSystem.FileSystem
  for (const folder of foldersAbove(path, from)) {
    const state = path.join(folder, stateFolderName)
    if (yield* files.exists(state).pipe(Effect.orElseSucceed(() => false))) return yield* serverIn(state)
  }
  return undefined
})
