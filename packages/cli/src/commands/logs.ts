/** `orchestrator logs`: flags and help. */
import { loggedContainers } from "@orchestrator/domain/PodParts"
import { sincePattern } from "@orchestrator/http/contract/LogParameters"
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { refOf, runArgument } from "./flags/runArguments.ts"
import { serverFlags } from "./flags/serverFlags.ts"

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
    since: Flag.String("since").pipe(
      Flag.withMetavar("5m|TIME"),
      Flag.withDescription("Only lines since then: a duration such as 5m, or an RFC 3339 time"),
      Flag.filter(
        (since) => sincePattern.test(since),
        () => "Expected a duration such as 300s, 5m or 1h30m, or an RFC 3339 time"
      ),
      Flag.optional
    ),
    attempt: Flag.String("attempt").pipe(
      Flag.withDescription("Attempt to read, such as 2, or 2-r1 for its first automatic retry; default the newest"),
      Flag.optional
    ),
    container: Flag.Literals("container", loggedContainers).pipe(
      Flag.withAlias("c"),
      Flag.withDescription("Container to read; default the agent's"),
      Flag.optional
    ),
    timestamps: Flag.Boolean("timestamps").pipe(
      Flag.withDescription("Prefix every line with its time"),
      Flag.withDefault(false)
    ),
    ...serverFlags
  },
  Effect.fnUntraced(function*({ run, ...input }) {
    const { logs } = yield* Effect.promise(() => import("../verbs/Logs.ts"))
    return yield* logs({ ...input, ref: yield* refOf(run) })
  })
).pipe(
  Command.withDescription("Read what a run's agent prints"),
  Command.withExamples([
    { command: "orchestrator logs demo -f", description: "As it comes" },
    { command: "orchestrator logs coderun/demo --tail 50", description: "The last lines" }
  ])
)
