/** `orchestrator get`: flags and help. */
import { Effect } from "effect"
import { Command } from "effect/cli"
import { outputFlag } from "./flags/outputFlag.ts"
import { refsOf, runArguments } from "./flags/runArguments.ts"
import { serverFlags } from "./flags/serverFlags.ts"
import { waitFlags } from "./flags/waitFlags.ts"

export const getCommand = Command.make(
  "get",
  { runs: runArguments, output: outputFlag, ...waitFlags, ...serverFlags },
  Effect.fnUntraced(function*({ runs, ...input }) {
    const { get } = yield* Effect.promise(() => import("../verbs/Get.ts"))
    return yield* get({ ...input, refs: yield* refsOf(runs) })
  })
).pipe(
  Command.withDescription("Show runs by their names"),
  Command.withExamples([
    { command: "orchestrator get payments-task-7-4f9c2", description: "One run, whichever kind it is" },
    { command: "orchestrator get coderun/demo -o yaml", description: "All that the server knows of it" },
    { command: "orchestrator get demo --wait --timeout 30m", description: "Wait for its end, and go by the exit code" }
  ])
)
