/** The page, built by vite and compressed once: a server sends what is there, and compresses nothing. */
import { Effect, FileSystem, Path, Schema } from "effect"
import { promisify } from "node:util"
import { brotliCompress, constants, gzip } from "node:zlib"

export class PageError extends Schema.TaggedError<PageError>()("PageError", {
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `The page cannot be built: ${this.cause instanceof Error ? this.cause.message : String(this.cause)}`
  }
}

const attempt = <A>(run: () => Promise<A>) =>
  Effect.tryPromise({ try: run, catch: (cause) => new PageError({ cause }) })

/** Pictures and fonts are compressed already. */
const compressible = /\.(?:html|js|css|svg|json)$/

const brotli = promisify(brotliCompress)
const gzipped = promisify(gzip)

/** Builds into `packages/dashboard/dist`; answers with the sizes in bytes. */
export const buildPage = Effect.fn("buildPage")(function*(root: string) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const folder = join(root, "packages/dashboard")
  // Loading vite takes as long as starting the whole product.
  const { build } = yield* attempt(() => import("vite"))
  yield* attempt(() => build({ configFile: join(folder, "vite.config.ts"), logLevel: "warn" }))
  const output = join(folder, "dist")
  const files = (yield* fs.readDirectory(output, { recursive: true })).filter((file) => compressible.test(file))
  return yield* Effect.forEach(files.toSorted(), (file) =>
    Effect.gen(function*() {
      const path = join(output, file)
      const bytes = yield* fs.readFile(path)
      const small = yield* attempt(() =>
        brotli(bytes, {
          params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
        })
      )
      yield* fs.writeFile(`${path}.br`, small)
      yield* fs.writeFile(`${path}.gz`, yield* attempt(() => gzipped(bytes, { level: 9 })))
      return { file, bytes: bytes.length, brotli: small.length }
    }), { concurrency: 2 })
})
