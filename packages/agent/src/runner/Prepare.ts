/**
 * What the init container leaves for the agent's container: an executable `runner`. In an image it comes with a Node of its own; from a
 * checkout it is a few words that start this Node on the sources.
 */
import { runnerNames, terminationMessagePath } from "@orchestrator/domain/PodEnvironment"
import { shellWord } from "@orchestrator/domain/ShellWord"
import { Effect, FileSystem, Path } from "effect"
import { fileURLToPath } from "node:url"

const noNode = JSON.stringify({
  outcome: "Failed",
  reason: "SetupFailed",
  message:
    "The agent's image (agent.image) cannot run the injected Node (another C library?) and has no Node of its own."
})

/**
 * Starts the Node and the bundle that lie beside it, wherever the folder is mounted; an image that cannot run this Node may have one of
 * its own. A small nursery keeps 5 MB less.
 */
const imageShim = `#!/bin/sh
here="\${0%/*}"
node="$here/node"
"$node" --version > /dev/null 2>&1 || node="$(command -v node)" || {
  printf '%s' ${shellWord(noNode)} > "\${${runnerNames.terminationMessagePath}:-${terminationMessagePath}}"
  exit 1
}
exec "$node" --max-semi-space-size=2 "$here/runner.mjs"
`

/** Starts this Node on the runner's sources. */
const checkoutShim = (node: string, entry: string): string => `#!/bin/sh\nexec ${shellWord(node)} ${shellWord(entry)}\n`

/** The runner's entry point in a checkout. */
const sourceEntry = (): string => fileURLToPath(new URL("./bin.ts", import.meta.url))

/** A file is complete as soon as it has its name, so that doing this twice, or halfway, harms nobody. */
const place = Effect.fnUntraced(function*<E, R>(path: string, write: (path: string) => Effect.Effect<void, E, R>) {
  const fs = yield* FileSystem.FileSystem
  yield* write(`${path}.new`)
  yield* fs.chmod(`${path}.new`, 0o755)
  yield* fs.rename(`${path}.new`, path)
})

/** In the orchestrator's image: copies a Node and the bundled runner, with what it loads on demand (`<bundle>-*.mjs`). */
export const prepareFromImage = Effect.fn("Prepare.fromImage")(function*(
  options: { readonly folder: string; readonly node: string; readonly bundle: string }
) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(options.folder, { recursive: true })
  yield* place(`${options.folder}/node`, (path) => fs.copyFile(options.node, path))
  const path = yield* Path.Path
  const beside = path.dirname(options.bundle)
  const part = `${path.basename(options.bundle, ".mjs")}-`
  const parts = (yield* fs.readDirectory(beside)).filter((name) => name.startsWith(part) && name.endsWith(".mjs"))
  for (const name of parts) yield* place(`${options.folder}/${name}`, (path) => fs.copyFile(`${beside}/${name}`, path))
  yield* place(`${options.folder}/runner.mjs`, (path) => fs.copyFile(options.bundle, path))
  yield* place(`${options.folder}/runner`, (path) => fs.writeFileString(path, imageShim))
})

/** From a checkout: a shim for the Node that runs this. */
export const prepareFromCheckout = Effect.fn("Prepare.fromCheckout")(function*(
  options: { readonly folder: string; readonly node: string; readonly entry?: string }
) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(options.folder, { recursive: true })
  const shim = checkoutShim(options.node, options.entry ?? sourceEntry())
  yield* place(`${options.folder}/runner`, (path) => fs.writeFileString(path, shim))
})
