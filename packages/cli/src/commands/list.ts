/** `orchestrator list`: flags and help. */
import { Sort } from "@orchestrator/http/contract/RunFilters"
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { filterFlags, filtersOf } from "./flags/filterFlags.ts"
import { outputFlag } from "./flags/outputFlag.ts"
import { serverFlags } from "./flags/serverFlags.ts"

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
    sort: Flag.Literals("sort", Sort.literals).pipe(
      Flag.withDescription("Order: by name, or by creation with - for the newest first; default name"),
      Flag.optional
    ),
    ...filterFlags,
    ...serverFlags
  },
  Effect.fnUntraced(function*({ sort, ...input }) {
    const { list } = yield* Effect.promise(() => import("../verbs/List.ts"))
    const order = Option.match(sort, { onNone: () => ({}), onSome: (sort) => ({ sort }) })
    return yield* list({ ...input, query: { ...filtersOf(input), ...order } })
  })
).pipe(
  Command.withAlias("ls"),
  Command.withDescription("List runs"),
  Command.withExamples([
    { command: "orchestrator list", description: "Everything, in columns" },
    { command: "orchestrator list coderuns --phase Running -o wide", description: "CodeRuns at work" },
    { command: "orchestrator list --sort=-createdAt --limit 10", description: "The newest of each kind" },
    { command: "orchestrator list --phase Failed -l team=payments -o name", description: "Names, for scripts" }
  ])
)
