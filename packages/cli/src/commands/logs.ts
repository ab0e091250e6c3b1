/** `orchestrator logs`: flags and help. */
import { Duration, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { refOf, runArgument } from "./flags/runArguments.ts"
import { serverFlags } from "./flags/serverFlags.ts"
import { durationFlag } from "./flags/waitFlags.ts"

const atLeastOneSecond = (duration: Duration.Duration): number => Math.max(1, Math.ceil(Duration.toSeconds(duration)))

export const logsCommand = Command.make(
  "logs",
  {
    run: runArgument,
    follow: Flag.Boolean("follow").pipe(
      Flag.withAlias("f"),
      Flag.withDescription("Go on until the agent ends"),
      Flag.withDefault(false)
    ),
    tail: Flag.Int("tail").pipe(
      Flag.withDescription("Only this many of the last lines"),
      Flag.filter((lines) => lines >= 0, () => "Expected 0 or more"),
      Flag.optional
    ),
    since: durationFlag("since").pipe(Flag.withDescription("Only lines of the last time, such as 5m"), Flag.optional),
    timestamps: Flag.Boolean("timestamps").pipe(
      Flag.withDescription("Prefix every line with its time"),
      Flag.withDefault(false)
    ),
    ...serverFlags
  },
  Effect.fnUntraced(function*({ run, since, ...input }) {
    const { logs } = yield* Effect.promise(() => import("../verbs/Logs.ts"))
    return yield* logs({ ...input, ref: yield* refOf(run), since: Option.map(since, atLeastOneSecond) })
  })
).pipe(
  Command.withDescription("Read what a run's agent prints"),
  Command.withExamples([
    { command: "orchestrator logs demo -f", description: "As it comes" },
    { command: "orchestrator logs coderun/demo --tail 50", description: "The last lines" }
  ])
)
