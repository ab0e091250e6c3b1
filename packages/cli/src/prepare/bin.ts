/** Stands in for `/app/orchestrator` in the pods of the local node, where starting the whole executable would take too long. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Effect, Stdio } from "effect"
import { prepare } from "./Prepare.ts"

const program = Effect.gen(function*() {
  const [, runner = "/opt/orchestrator", given, checked] = yield* (yield* Stdio.Stdio).args
  yield* prepare({ runner, given, checked })
})

NodeRuntime.runMain(Effect.provide(program, NodeServices.layer))
