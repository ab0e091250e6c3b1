/** Entry point of the pod's main container. Exits 0 only when the work is done; the termination message says the rest. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Effect } from "effect"
import { main } from "./Main.ts"

let exitCode = 143

NodeRuntime.runMain(main((code) => exitCode = code).pipe(Effect.provide(NodeServices.layer)), {
  teardown: (_exit, end) => end(exitCode)
})
