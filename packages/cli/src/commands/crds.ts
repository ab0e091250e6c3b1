/** `orchestrator crds`: prints the CustomResourceDefinitions, to be applied by kubectl. */
import { Console } from "effect"
import { Command } from "effect/cli"
import { crdFiles } from "../CrdFiles.ts"

export const crdsCommand = Command.make(
  "crds",
  {},
  () => Console.log(crdFiles.get("crds/platform-crds.yaml")?.trimEnd())
)
  .pipe(
    Command.withDescription("Print the CustomResourceDefinitions of CodeRun and DocsRun"),
    Command.withExamples([
      { command: "orchestrator crds | kubectl apply -f -", description: "Install or upgrade them" }
    ])
  )
