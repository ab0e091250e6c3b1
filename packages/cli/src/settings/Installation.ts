/** Where the parts of this installation lie: in a checkout, or beside the bundle. */
import { Effect, FileSystem, Path } from "effect"

/** Folder of this file: `packages/cli/src/settings` of a checkout, or the bundle's. */
const here = import.meta.dirname

/** The Node that runs this; no service of Effect's knows it. */
// oxlint-disable-next-line no-restricted-globals
export const nodeExecutable = process.execPath

export interface Installation {
  readonly templates: string
  readonly examples: string
  readonly demoAgent: string
  /** The built page; of a checkout it is made when it is asked for. */
  readonly page: string
  /** Folders with the program's code, which containers of a local node may read. */
  readonly code: ReadonlyArray<string>
  /** What stands for `/app/orchestrator` in the pods of a local node. */
  readonly commands: Readonly<Record<string, ReadonlyArray<string>>>
  /** The repository of a checkout. */
  readonly root: string
  /** Whether this is a checkout, which has the demo. */
  readonly isCheckout: boolean
}

export const installation = Effect.gen(function*() {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const root = path.resolve(here, "../../../..")
  const isCheckout = yield* files.exists(path.join(root, "packages/cli/src/bin.ts")).pipe(
    Effect.orElseSucceed(() => false)
  )
  const base = isCheckout ? root : path.resolve(here, "..")
  return {
    templates: path.join(base, "chart/claude-templates"),
    examples: path.join(base, "examples"),
    code: isCheckout ? [path.join(root, "packages"), path.join(root, "node_modules")] : [here],
    page: isCheckout ? path.join(root, "packages/dashboard/dist") : path.join(here, "page"),
    root,
    demoAgent: path.join(base, "packages/agent/demo"),
    // Starting the whole executable from its sources takes too long for every pod.
    commands: {
      "/app/orchestrator": [
        nodeExecutable,
        isCheckout ? path.join(root, "packages/cli/src/prepare/bin.ts") : path.join(here, "orchestrator.mjs")
      ],
      "/app/orchestrator evidence": [
        nodeExecutable,
        isCheckout ? path.join(root, "packages/cli/src/bin.ts") : path.join(here, "orchestrator.mjs"),
        "evidence"
      ],
      "/app/orchestrator broker": [
        nodeExecutable,
        isCheckout ? path.join(root, "packages/agent/src/broker/bin.ts") : path.join(here, "broker.mjs")
      ]
    },
    isCheckout
  } satisfies Installation
})
