/**
 * `npm run build`: the executable, the runner and the broker in dist/, and the page in dist/page. What they load when it is
 * asked for is in files beside them, and what all of it is made of in `orchestrator.cdx.json`. `--sourcemap` writes maps.
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, FileSystem, Stdio } from "effect"
import { fileURLToPath } from "node:url"
import { makeBill } from "./build/Bill.ts"
import { bundle } from "./build/Bundle.ts"
import { buildPage } from "./build/Page.ts"
import { programs } from "./build/Programs.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

const program = Effect.gen(function*() {
  const { args } = yield* Stdio.Stdio
  const sourcemap = (yield* args).includes("--sourcemap")
  const fs = yield* FileSystem.FileSystem
  yield* fs.remove(`${root}dist`, { recursive: true, force: true })
  const { modules, sizes } = yield* buildPage(root)
  yield* fs.copy(`${root}packages/dashboard/dist`, `${root}dist/page`)
  const pageBytes = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
  yield* Console.log(`${Math.round(pageBytes / 1024).toLocaleString("en").padStart(7)} KiB  dist/page`)
  for (const each of Object.values(programs)) {
    for (const { bytes, file, modules: bundled } of yield* bundle(root, each, sourcemap)) {
      modules.push(...bundled)
      yield* Console.log(`${Math.round(bytes / 1024).toLocaleString("en").padStart(7)} KiB  ${file}`)
    }
  }
  const bill = yield* makeBill(root, modules)
  yield* fs.writeFileString(`${root}dist/orchestrator.cdx.json`, `${JSON.stringify(bill, undefined, 2)}\n`)
})

NodeRuntime.runMain(program.pipe(Effect.provide(NodeServices.layer)))
