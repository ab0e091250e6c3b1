/** `npm run build:page`: the page in packages/dashboard/dist, each file also compressed, for `packages/http` to serve. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { fileURLToPath } from "node:url"
import { buildPage } from "./build/Page.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

const program = Effect.gen(function*() {
  const { sizes } = yield* buildPage(root)
  for (const { brotli, bytes, file } of sizes) {
    yield* Console.log(
      `${(bytes / 1024).toFixed(1).padStart(8)} KiB ${(brotli / 1024).toFixed(1).padStart(7)} KiB br  ${file}`
    )
  }
})

NodeRuntime.runMain(program.pipe(Effect.provide(NodeServices.layer)))
