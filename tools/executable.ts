/** `npm run build:executable`: the executable of this platform as one file, `dist/orchestrator-<platform>-<architecture>`. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { fileURLToPath } from "node:url"
import { makeExecutable } from "./build/Executable.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const output = `${root}dist/orchestrator-${process.platform}-${process.arch}`

const program = makeExecutable({ root, node: process.execPath, platform: process.platform, output }).pipe(
  Effect.flatMap((bytes) => Console.log(`${Math.round(bytes / 1024 / 1024)} MiB  ${output}`))
)

NodeRuntime.runMain(program.pipe(Effect.provide(NodeServices.layer)))
