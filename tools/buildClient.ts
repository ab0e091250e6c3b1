/** `npm run build:client`: the package of the client in dist/client, ready for `npm pack` and `npm publish`. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { ChildProcess } from "effect/process"
import { fileURLToPath } from "node:url"
import { ClientPackageError, writeClientPackage } from "./client/ClientPackage.ts"

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "")

const program = Effect.gen(function*() {
  const tsc = yield* ChildProcess.make(
    "node",
    ["node_modules/typescript/bin/tsc", "-b", "packages/client"],
    { cwd: root, stdout: "inherit", stderr: "inherit" }
  )
  const status = yield* tsc.exitCode
  if (status !== 0) {
    return yield* new ClientPackageError({ message: `Expected packages/client to compile; tsc ended with ${status}` })
  }
  yield* writeClientPackage(root, `${root}/dist/client`)
  yield* Console.log("dist/client: npm publish dist/client --access public")
}).pipe(Effect.scoped)

NodeRuntime.runMain(program.pipe(Effect.provide(NodeServices.layer)))
