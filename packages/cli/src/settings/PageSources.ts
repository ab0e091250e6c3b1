/** What the page is made of, as one hash: a build that has it is the build of these sources. */
import { Effect, FileSystem, Path } from "effect"
import { createHash } from "node:crypto"

/** From the root of a checkout. The lockfile stands for what is not written here. */
const places = [
  "package-lock.json",
  "packages/client/src",
  "packages/dashboard/index.html",
  "packages/dashboard/src",
  "packages/dashboard/vite.config.ts",
  "packages/domain/src",
  "packages/http/src/contract",
  "tools/build/Page.ts"
]

/** File of a build that holds the hash of its sources. */
export const sourcesFile = "sources.txt"

export const hashPageSources = Effect.fn("hashPageSources")(function*(root: string) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const filesOf = Effect.fnUntraced(function*(place: string) {
    const { type } = yield* fs.stat(join(root, place))
    if (type !== "Directory") return [place]
    const names = (yield* fs.readDirectory(join(root, place), { recursive: true })).filter((name) =>
      /\.\w+$/.test(name)
    )
    return names.toSorted().map((name) => `${place}/${name}`)
  })
  const files = (yield* Effect.forEach(places, filesOf)).flat()
  const contents = yield* Effect.forEach(files, (file) => fs.readFile(join(root, file)), { concurrency: 16 })
  const hash = createHash("sha256")
  files.forEach((file, index) => hash.update(`${file}\0`).update(contents[index] ?? "").update("\0"))
  return hash.digest("hex")
})

/** Whether what is in this folder is the build of the sources as they are now. */
export const isFreshPage = Effect.fn("isFreshPage")(function*(folder: string, root: string) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  return (yield* fs.readFileString(join(folder, sourcesFile))) === (yield* hashPageSources(root))
}, Effect.orElseSucceed(() => false))
