/** Repositories of this host that a container reaches by `file://`, as variables of its environment name them. */
import { Effect, FileSystem } from "effect"

const folderOf = (url: string | undefined): ReadonlyArray<string> =>
  url?.startsWith("file:///") === true && URL.canParse(url) ? [decodeURIComponent(new URL(url).pathname)] : []

const exists = Effect.fnUntraced(function*(path: string) {
  const files = yield* FileSystem.FileSystem
  return yield* files.exists(path).pipe(Effect.orElseSucceed(() => false))
})

const nothing: { readonly readable: ReadonlyArray<string>; readonly writable: ReadonlyArray<string> } = {
  readable: [],
  writable: []
}

/** What a push writes: all of a bare repository, and nobody's checked-out files. */
const placesOf = Effect.fnUntraced(function*(folder: string) {
  if ((yield* exists(`${folder}/HEAD`)) && (yield* exists(`${folder}/objects`))) {
    return { readable: [], writable: [folder] }
  }
  return (yield* exists(`${folder}/.git/HEAD`)) ? { readable: [folder], writable: [`${folder}/.git`] } : nothing
})

/** Folders that are no repository are left as they are. */
export const localRemotes = Effect.fn("LocalRemotes.find")(
  function*(env: Readonly<Record<string, string>>, variables: ReadonlyArray<string>) {
    const folders = variables.flatMap((name) => folderOf(env[name]))
    const places = yield* Effect.forEach([...new Set(folders)], placesOf)
    return {
      readable: places.flatMap(({ readable }) => readable),
      writable: places.flatMap(({ writable }) => writable)
    }
  }
)
