/** The executable for tests on a control plane: bundled as it ships, which starts four times as fast as the sources. */
import { NodeServices } from "@effect/platform-node"
import { Effect } from "effect"
import { existsSync, mkdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { bundle } from "../build/Bundle.ts"
import { programs } from "../build/Programs.ts"

const root = join(import.meta.dirname, "../..")

/** Builds it into the folder, with the templates beside it, from this checkout or another tree, and answers with its file. */
export const buildProgram = async (folder: string, tree = root): Promise<string> => {
  const home = join(folder, "program")
  mkdirSync(home, { recursive: true })
  if (!existsSync(join(home, "chart"))) symlinkSync(join(tree, "chart"), join(home, "chart"))
  await Effect.runPromise(
    bundle(tree, programs.orchestrator, false, join(home, "dist")).pipe(Effect.provide(NodeServices.layer))
  )
  return join(home, "dist/orchestrator.mjs")
}
