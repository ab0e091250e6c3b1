/** The programs that ship, by the name of their file. */
import type { Program } from "./Bundle.ts"

export const programs = {
  orchestrator: { entry: "packages/cli/src/bin.ts", name: "orchestrator", onDemand: true },
  runner: { entry: "packages/agent/src/runner/bin.ts", name: "runner", onDemand: true },
  broker: { entry: "packages/agent/src/broker/bin.ts", name: "broker", onDemand: true }
} as const satisfies Readonly<Record<string, Program>>
