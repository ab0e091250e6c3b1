/** The page, built by vite and compressed once: a server sends what is there, and compresses nothing. */
import { hashPageSources, sourcesFile } from "@orchestrator/cli/settings/PageSources"
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

/** Builds beside `packages/dashboard/dist` and puts it there whole, whoever else builds; answers with the sizes in bytes and the modules. */
export const buildPage = Effect.fn("buildPage")(function*(root: string) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const folder = join(root, "packages/dashboard")
  const sources = yield* hashPageSources(root)
  const output = yield* fs.makeTempDirectoryScoped({ directory: folder, prefix: "dist-" })
  // Where it says something else, as it does in tests, libraries would be those for their developers.
  process.env["NODE_ENV"] = "production"
  // Loading vite takes as long as starting the whole product.
  const { build } = yield* attempt(() => import("vite"))
  const built = yield* attempt(() =>
    build({ configFile: join(folder, "vite.config.ts"), logLevel: "warn", build: { outDir: output } })
  )
  const files = (yield* fs.readDirectory(output, { recursive: true })).filter((file) => compressible.test(file))
  const sizes = yield* Effect.forEach(files.toSorted(), (file) =>
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
  yield* fs.writeFileString(join(output, sourcesFile), sources)
  yield* fs.chmod(output, 0o755)
  yield* fs.remove(join(folder, "dist"), { recursive: true, force: true })
  yield* fs.rename(output, join(folder, "dist"))
  const chunks = [built].flat().flatMap((each) => "output" in each ? each.output : [])
  return { sizes, modules: chunks.flatMap((chunk) => chunk.type === "chunk" ? chunk.moduleIds : []) }
}, Effect.scoped)
