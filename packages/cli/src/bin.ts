/** The `orchestrator` executable. */
import { NodeRuntime } from "@effect/platform-node"
import { main } from "./Main.ts"

// A closed terminal ends the program as a supervisor does: with its agents, and its lease given back.
process.once("SIGHUP", () => process.kill(process.pid, "SIGTERM"))

NodeRuntime.runMain(main, { disableErrorReporting: true })
