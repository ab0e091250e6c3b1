/** The `orchestrator` executable. */
import { NodeRuntime } from "@effect/platform-node"
import { main } from "./Main.ts"

NodeRuntime.runMain(main, { disableErrorReporting: true })
