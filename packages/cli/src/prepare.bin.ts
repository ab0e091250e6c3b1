/** Stands in for `/app/orchestrator` in the pods of the local node, where starting the whole executable would take too long. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Effect } from "effect"
import { prepare } from "./commands/prepare.ts"

NodeRuntime.runMain(prepare(process.argv[3] ?? "/opt/orchestrator").pipe(Effect.provide(NodeServices.layer)))
