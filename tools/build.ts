/** `npm run build`: the executable and the runner, one file each in dist/. `--sourcemap` writes maps beside them. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Stdio } from "effect"
import { fileURLToPath } from "node:url"
import { bundle, type Program } from "./build/Bundle.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

const programs: ReadonlyArray<Program> = [
  { entry: "packages/cli/src/bin.ts", file: "dist/orchestrator.mjs" },
  { entry: "packages/agent/src/runner/bin.ts", file: "dist/runner.mjs" }
]

const program = Effect.gen(function*() {
  const { args } = yield* Stdio.Stdio
  const sourcemap = (yield* args).includes("--sourcemap")
  for (const each of programs) {
    const size = yield* bundle(root, each, sourcemap)
    yield* Console.log(`${each.file}  ${Math.round(size / 1024).toLocaleString("en")} KiB`)
  }
})

NodeRuntime.runMain(program.pipe(Effect.provide(NodeServices.layer)))
