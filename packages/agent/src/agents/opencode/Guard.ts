/**
 * What keeps a repository out of opencode's process. Beside its settings it has a second reader of them, which looks for them in the working
 * directory and above whatever its switches say: plugins are imported, and what they name is fetched. So its runtime takes this file first:
 * that reader finds none, and no module comes from a disk. Whoever asks for the version alone is told that the file was taken.
 */
import type { Environment } from "../../pod/Environment.ts"

export const guardFile = "guard.mjs"

/** Names the file to Bun, the runtime that is in opencode's executable. */
const variable = "BUN_INSPECT_PRELOAD"

export const guardEnvironment = (folder: string): Environment => ({ [variable]: `${folder}/${guardFile}` })

/** What is printed before the version. */
export const guarded = "guarded "

// What opencode starts is not to be guarded: it may be of the same runtime. opencode itself is below `/$bunfs/`.
export const guard = `delete process.env.${variable}
const fs = require("node:fs")
const { access } = fs
fs.access = (path, ...rest) =>
  /(?:^|\\/)(?:\\.opencode|opencode\\.jsonc?)\\/*$/.test(String(path))
    ? rest.at(-1)(Object.assign(new Error("ENOENT: " + path), { code: "ENOENT" }))
    : access(path, ...rest)
import("node:fs").then(({ access }) => {
  if (access === fs.access) return
  process.stderr.write("opencode looks for settings in a way that is not known\\n")
  process.exit(1)
})
Bun.plugin({
  name: "orchestrator",
  setup: (build) =>
    build.onLoad({ filter: /^(?!\\/\\$bunfs\\/)/ }, ({ path }) => {
      throw new Error(path + " is not run")
    })
})
if (process.argv.at(-1) === "--version") process.stdout.write("${guarded}")
`
