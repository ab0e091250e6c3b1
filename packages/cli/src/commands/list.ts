/** `orchestrator list`: flags and help. */
import { Phase } from "@orchestrator/domain/Phase"
import { Effect, Record } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { outputFlag } from "./flags/outputFlag.ts"
import { serverFlags } from "./flags/serverFlags.ts"

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.optional)

const filters = {
  phase: Flag.Literals("phase", Phase.literals).pipe(Flag.withDescription("Only runs in this phase"), Flag.optional),
  user: text("user", "NAME", "Only runs of this GitHub user"),
  service: text("service", "NAME", "Only CodeRuns of this service")
}

export const listCommand = Command.make(
  "list",
  {
    kinds: Argument.String("kind").pipe(
      Argument.withDescription("coderuns or docsruns; default both"),
      Argument.variadic()
    ),
    limit: Flag.Int("limit").pipe(
      Flag.withDescription("The most runs of each kind; default 500"),
      Flag.filter((limit) => limit > 0, () => "Expected 1 or more"),
      Flag.withDefault(500)
    ),
    output: outputFlag,
    ...filters,
    ...serverFlags
  },
  Effect.fnUntraced(function*({ phase, service, user, ...input }) {
    const { list } = yield* Effect.promise(() => import("../verbs/List.ts"))
    return yield* list({ ...input, query: Record.getSomes({ phase, service, user }) })
  })
).pipe(
  Command.withAlias("ls"),
  Command.withDescription("List runs"),
  Command.withExamples([
    { command: "orchestrator list", description: "Everything, in columns" },
    { command: "orchestrator list coderuns --phase Running -o wide", description: "CodeRuns at work" },
    { command: "orchestrator list --phase Failed -o name", description: "Names, for scripts" }
  ])
)
