/** `orchestrator dev`: flags and help. What it does is in `dev/Dev.ts`, loaded when it is asked for. */
import { agentNames } from "@orchestrator/domain/AgentName"
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import type { DevInput } from "../dev/Dev.ts"
import * as Logging from "../settings/Logging.ts"
import { portFlag } from "./flags/portFlag.ts"

const flags = {
  agent: Flag.Literals("agent", ["demo", ...agentNames]).pipe(
    Flag.withDescription(
      "Agent to use: the scripted demo agent, or your own Claude Code, Codex, Gemini CLI or opencode with your key; default demo"
    ),
    Flag.withDefault("demo")
  ),
  demo: Flag.Boolean("demo").pipe(
    Flag.withDescription("Submit the demo run at the first start (default); --no-demo skips it"),
    Flag.withDefault(true)
  ),
  port: portFlag("port").pipe(
    Flag.withDescription("Port of the HTTP API on 127.0.0.1; default 8080, 0 picks a free one"),
    Flag.withDefault(8080)
  ),
  kubePort: portFlag("kube-port").pipe(
    Flag.withDescription("Port of the Kubernetes API on 127.0.0.1; default 0, which picks a free one"),
    Flag.withDefault(0)
  ),
  state: Flag.String("state").pipe(
    Flag.withDescription("State folder; default .orchestrator"),
    Flag.withDefault(".orchestrator")
  ),
  reset: Flag.Boolean("reset").pipe(
    Flag.withDescription("Empty the state folder first"),
    Flag.withDefault(false)
  ),
  config: Flag.String("config").pipe(
    Flag.withDescription("Configuration file to merge over the local defaults; default CONFIG_PATH"),
    Flag.optional
  ),
  templates: Flag.String("templates").pipe(
    Flag.withDescription("Folder of agent templates; default CLAUDE_TEMPLATES_PATH, then the bundled ones"),
    Flag.optional
  )
}

const run = Effect.fnUntraced(function*(input: DevInput) {
  const { dev } = yield* Effect.promise(() => import("../dev/Dev.ts"))
  return yield* dev(input)
})

export const devCommand = Command.make("dev", flags, (input) => Effect.provide(run(input), Logging.layerWith("Warn")))
  .pipe(
    Command.withDescription("Run everything on this machine: no cluster, no keys, one process"),
    Command.withExamples([
      { command: "orchestrator dev", description: "Start, run the demo, keep running until Ctrl-C" },
      { command: "orchestrator dev --no-demo --port 9000", description: "Start without the demo, on another port" },
      { command: "orchestrator dev --agent claude", description: "Let your own Claude Code do the work" },
      { command: "orchestrator dev --agent codex", description: "Let your own Codex do the work" },
      { command: "orchestrator dev --reset", description: "Start over with an empty state" }
    ])
  )
