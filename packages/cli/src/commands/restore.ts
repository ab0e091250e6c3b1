/** `orchestrator restore`: flags and help. */
import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { contextFlag, kubeconfigFlag } from "./flags/clusterFlags.ts"

export const restoreCommand = Command.make(
  "restore",
  {
    files: Argument.String("file").pipe(
      Argument.withDescription("What kubectl get -o json or -o yaml has printed; - is the standard input"),
      Argument.variadic({ min: 1 })
    ),
    namespace: Flag.String("namespace").pipe(
      Flag.withAlias("n"),
      Flag.withDescription("Namespace to restore to; default the one that each object had"),
      Flag.optional
    ),
    storageClass: Flag.String("storage-class").pipe(
      Flag.withDescription("Storage class of the claims; default the one that each had"),
      Flag.optional
    ),
    dryRun: Flag.Boolean("dry-run").pipe(
      Flag.withDescription("Ask the API server about everything, and change nothing"),
      Flag.withDefault(false)
    ),
    kubeconfig: kubeconfigFlag,
    context: contextFlag
  },
  Effect.fnUntraced(function*(input) {
    const { restore } = yield* Effect.promise(() => import("../restore/Restore.ts"))
    return yield* restore(input)
  })
).pipe(
  Command.withDescription("Restore runs, with what they had come to, and workspaces' claims from a backup"),
  Command.withExamples([
    {
      command: "kubectl get coderuns,docsruns -n orchestrator -o json > runs.json",
      description: "The backup, in the old cluster"
    },
    { command: "orchestrator restore runs.json --dry-run", description: "Whether the new cluster takes it" },
    { command: "orchestrator restore runs.json workspaces.json", description: "In the new cluster" }
  ])
)
