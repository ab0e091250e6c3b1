/** `orchestrator models`, `orchestrator services`: flags and help. */
import { Effect } from "effect"
import { Command } from "effect/cli"
import { outputFlag } from "./flags/outputFlag.ts"
import { serverFlags } from "./flags/serverFlags.ts"

const flags = { output: outputFlag, ...serverFlags }

export const modelsCommand = Command.make(
  "models",
  flags,
  Effect.fnUntraced(function*(input) {
    const { models } = yield* Effect.promise(() => import("../verbs/Spending.ts"))
    return yield* models(input)
  })
).pipe(
  Command.withDescription("Show models: the runs that name each, and what they have spent"),
  Command.withExamples([
    { command: "orchestrator models", description: "As a table" },
    { command: "orchestrator models -o json", description: "With the prices of all models that have one" }
  ])
)

export const servicesCommand = Command.make(
  "services",
  flags,
  Effect.fnUntraced(function*(input) {
    const { services } = yield* Effect.promise(() => import("../verbs/Spending.ts"))
    return yield* services(input)
  })
).pipe(
  Command.withDescription("Show services: the runs of each, and what they have spent"),
  Command.withExamples([{ command: "orchestrator services", description: "As a table" }])
)
