/** `orchestrator retry`, `cancel`, `suspend`, `resume`, `delete`: flags and help. */
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { filterFlags, filtersOf } from "./flags/filterFlags.ts"
import { outputFlag } from "./flags/outputFlag.ts"
import { anyRunArguments, meansMany, refsOf, runArguments } from "./flags/runArguments.ts"
import { serverFlags } from "./flags/serverFlags.ts"
import { waitFlags } from "./flags/waitFlags.ts"

const many = Effect.promise(() => import("../verbs/ChangeMany.ts"))

const manyFlags = {
  all: Flag.Boolean("all").pipe(
    Flag.withDescription("Every run that the filters leave, also without a filter"),
    Flag.withDefault(false)
  ),
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("With filters: only say what would be done"),
    Flag.withDefault(false)
  ),
  ...filterFlags
}

const verbs = Effect.promise(() => import("../verbs/Change.ts"))

export const retryCommand = Command.make(
  "retry",
  {
    runs: anyRunArguments,
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
    ...manyFlags,
    ...waitFlags,
    ...serverFlags
  },
  Effect.fnUntraced(function*({ runs, ...input }) {
    const filters = filtersOf(input)
    if (yield* meansMany(runs, filters, input, "retry")) {
      const { retryMany } = yield* many
      return yield* retryMany({ ...input, kinds: runs, filters })
    }
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
  { runs: anyRunArguments, output: outputFlag, ...manyFlags, ...waitFlags, ...serverFlags },
  Effect.fnUntraced(function*({ runs, ...input }) {
    const filters = filtersOf(input)
    if (yield* meansMany(runs, filters, input, "cancel")) {
      const { cancelMany } = yield* many
      return yield* cancelMany({ ...input, kinds: runs, filters })
    }
    const { cancel } = yield* verbs
    return yield* cancel({ ...input, refs: yield* refsOf(runs) })
  })
).pipe(
  Command.withDescription("Stop runs: their agents end, and what they have done is pushed"),
  Command.withExamples([
    { command: "orchestrator cancel demo --wait", description: "And wait until its work is saved" },
    { command: "orchestrator cancel --phase Running -l team=payments --dry-run", description: "Which ones it would be" }
  ])
)

export const suspendCommand = Command.make(
  "suspend",
  { runs: runArguments, output: outputFlag, ...serverFlags },
  Effect.fnUntraced(function*({ runs, ...input }) {
    const { suspend } = yield* verbs
    return yield* suspend({ ...input, refs: yield* refsOf(runs) })
  })
).pipe(
  Command.withDescription("Keep runs from starting until they are resumed; an attempt that runs is left to end"),
  Command.withExamples([
    { command: "orchestrator suspend demo", description: "One run" },
    {
      command: "orchestrator list --reason WaitingForCapacity -o name | xargs orchestrator suspend",
      description: "All that wait for a limit"
    }
  ])
)

export const resumeCommand = Command.make(
  "resume",
  { runs: runArguments, output: outputFlag, ...serverFlags },
  Effect.fnUntraced(function*({ runs, ...input }) {
    const { resume } = yield* verbs
    return yield* resume({ ...input, refs: yield* refsOf(runs) })
  })
).pipe(
  Command.withDescription("Let suspended runs start, each in its place by age and priority"),
  Command.withExamples([
    { command: "orchestrator resume demo", description: "One run" },
    {
      command: "orchestrator list --reason Suspended -o name | xargs orchestrator resume",
      description: "All that are suspended"
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
