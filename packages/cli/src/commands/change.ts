/** `orchestrator retry`, `cancel`, `delete`: flags and help. */
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { outputFlag } from "./flags/outputFlag.ts"
import { refsOf, runArguments } from "./flags/runArguments.ts"
import { serverFlags } from "./flags/serverFlags.ts"
import { waitFlags } from "./flags/waitFlags.ts"

const verbs = Effect.promise(() => import("../verbs/Change.ts"))

export const retryCommand = Command.make(
  "retry",
  {
    runs: runArguments,
    hint: Flag.String("hint").pipe(
      Flag.withMetavar("TEXT"),
      Flag.withDescription("What the agent should know for the next attempt; of CodeRuns"),
      Flag.optional
    ),
    force: Flag.Boolean("force").pipe(
      Flag.withDescription("Also while an attempt is running: it is cancelled first"),
      Flag.withDefault(false)
    ),
    output: outputFlag,
    ...waitFlags,
    ...serverFlags
  },
  Effect.fnUntraced(function*({ runs, ...input }) {
    const { retry } = yield* verbs
    return yield* retry({ ...input, refs: yield* refsOf(runs) })
  })
).pipe(
  Command.withDescription("Start the next attempt of a run; of a DocsRun, run it again"),
  Command.withExamples([
    {
      command: "orchestrator retry demo --hint \"The migration must be reversible\" --wait",
      description: "With a hint"
    }
  ])
)

export const cancelCommand = Command.make(
  "cancel",
  { runs: runArguments, output: outputFlag, ...waitFlags, ...serverFlags },
  Effect.fnUntraced(function*({ runs, ...input }) {
    const { cancel } = yield* verbs
    return yield* cancel({ ...input, refs: yield* refsOf(runs) })
  })
).pipe(
  Command.withDescription("Stop runs: their agents end, and what they have done is pushed"),
  Command.withExamples([
    { command: "orchestrator cancel demo --wait", description: "And wait until its work is saved" },
    {
      command: "orchestrator list --phase Running -o name | xargs orchestrator cancel",
      description: "Everything that runs"
    }
  ])
)

export const deleteCommand = Command.make(
  "delete",
  { runs: runArguments, ...serverFlags },
  Effect.fnUntraced(function*({ runs, ...input }) {
    const { remove } = yield* verbs
    return yield* remove({ ...input, refs: yield* refsOf(runs) })
  })
).pipe(
  Command.withDescription("Remove runs with their Jobs, pods and files; what was pushed stays"),
  Command.withExamples([
    { command: "orchestrator delete coderun/demo", description: "One run" },
    {
      command: "orchestrator list --phase Cancelled -o name | xargs orchestrator delete",
      description: "All that were cancelled"
    }
  ])
)
