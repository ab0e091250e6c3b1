/** `orchestrator crds`: prints the CustomResourceDefinitions, to be applied by kubectl. */
import { Console, Effect } from "effect"
import { Command } from "effect/cli"

const run = Effect.gen(function*() {
  const { crdFiles } = yield* Effect.promise(() => import("../crds/CrdFiles.ts"))
  yield* Console.log(crdFiles.get("crds/platform-crds.yaml")?.trimEnd())
})

export const crdsCommand = Command.make("crds", {}, () => run).pipe(
  Command.withDescription("Print the CustomResourceDefinitions of CodeRun and DocsRun"),
  Command.withExamples([
    { command: "orchestrator crds | kubectl apply -f -", description: "Install or upgrade them" }
  ])
)
