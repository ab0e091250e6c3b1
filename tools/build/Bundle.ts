/**
 * One file of a program with all that it imports, Node's own modules excepted. Minified: it then starts sooner and stays smaller
 * (measured: 180 against 200 ms, 98 against 103 MB); no name of a function or class is read while the program runs.
 */
import { Effect, FileSystem, Path, Schema } from "effect"
import { rolldown } from "rolldown"

export interface Program {
  /** Module that starts the program, from the root of the repository. */
  readonly entry: string
  /** File to write, from the root of the repository. */
  readonly file: string
}

export class BundleError extends Schema.TaggedError<BundleError>()("BundleError", {
  entry: Schema.String,
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `${this.entry} cannot be bundled: ${this.cause instanceof Error ? this.cause.message : String(this.cause)}`
  }
}

const attempt = <A>(entry: string, run: () => Promise<A>) =>
  Effect.tryPromise({ try: run, catch: (cause) => new BundleError({ entry, cause }) })

/** Bundles a program and answers with the size of its file in bytes. */
export const bundle = Effect.fn("bundle")(function*(root: string, { entry, file }: Program, sourcemap: boolean) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const build = yield* Effect.acquireRelease(
    attempt(entry, () => rolldown({ input: join(root, entry), platform: "node", cwd: root, logLevel: "warn" })),
    (opened) => Effect.promise(() => opened.close())
  )
  yield* attempt(entry, () =>
    build.write({
      file: join(root, file),
      format: "esm",
      codeSplitting: false,
      minify: true,
      sourcemap,
      banner: "#!/usr/bin/env node"
    }))
  yield* fs.chmod(join(root, file), 0o755)
  const { size } = yield* fs.stat(join(root, file))
  return Number(size)
}, Effect.scoped)
