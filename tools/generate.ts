/** `npm run generate`: writes crds/ and the guide of reasons from the schemas. With `--check` it compares, writes nothing, and fails where they differ. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, FileSystem, Path, Stdio } from "effect"
import { fileURLToPath } from "node:url"
import { generated, generatedFiles } from "./check/Checks.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

const write = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const { dirname, join } = yield* Path.Path
  for (const [path, text] of generatedFiles) {
    yield* fs.makeDirectory(join(root, dirname(path)), { recursive: true })
    yield* fs.writeFileString(join(root, path), text)
    yield* Console.log(path)
  }
  return true
})

const compare = Effect.gen(function*() {
  const { ok, words } = yield* generated.inspect(root)
  yield* Console.log(ok ? "what is generated is up to date" : words)
  return ok
})

const program = Effect.gen(function*() {
  const { args } = yield* Stdio.Stdio
  return yield* (yield* args).includes("--check") ? compare : write
})

NodeRuntime.runMain(
  program.pipe(
    Effect.tap((ok) => Effect.sync(() => (process.exitCode = ok ? 0 : 1))),
    Effect.provide(NodeServices.layer)
  )
)
