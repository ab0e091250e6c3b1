/** Entry point of the broker's container. It ends when it is told to; the termination message says what it has to say. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Effect, Exit } from "effect"
import { main } from "./Main.ts"

NodeRuntime.runMain(main.pipe(Effect.provide(NodeServices.layer)), {
  teardown: (exit, end) => end(Exit.hasInterrupts(exit) ? 0 : 1)
})
