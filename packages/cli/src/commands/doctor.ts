/** `orchestrator doctor`: flags and help. */
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { serverFlags } from "./flags/serverFlags.ts"

export const doctorCommand = Command.make(
  "doctor",
  {
    user: Flag.String("user").pipe(
      Flag.withMetavar("NAME"),
      Flag.withDescription(
        "GitHub user whose Secrets are looked at, beside those of the runs that are there; may be repeated"
      ),
      Flag.atLeast(0)
    ),
    testKey: Flag.Boolean("test-key").pipe(
      Flag.withDescription("Try the model key with one request that costs nothing (default); --no-test-key leaves it"),
      Flag.withDefault(true)
    ),
    output: Flag.Literals("output", ["table", "json", "yaml"]).pipe(
      Flag.withAlias("o"),
      Flag.withMetavar("table|json|yaml"),
      Flag.withDescription("Format of the output; default table"),
      Flag.withDefault("table")
    ),
    ...serverFlags
  },
  Effect.fnUntraced(function*(input) {
    const { doctor } = yield* Effect.promise(() => import("../verbs/Doctor.ts"))
    return yield* doctor(input)
  })
).pipe(
  Command.withDescription(
    "Check everything that runs need: cluster, definitions, Secrets, key, storage, policies, images, nodes, quotas, who leads, webhooks, clocks; and how runs fare"
  ),
  Command.withExamples([
    {
      command: "orchestrator doctor --context production",
      description: "An installation in a cluster; exit code 1 where something fails"
    },
    { command: "orchestrator doctor --user octocat -o json", description: "With the Secrets of a user, for programs" }
  ])
)
