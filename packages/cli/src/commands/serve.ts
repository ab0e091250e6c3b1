/** `orchestrator serve`: flags and help. What it does is in `serve/Serve.ts`, loaded when it is asked for. */
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import type { ServeInput } from "../serve/Serve.ts"
import * as Logging from "../settings/Logging.ts"
import { contextFlag, kubeconfigFlag } from "./flags/clusterFlags.ts"
import { portFlag } from "./flags/portFlag.ts"

const flags = {
  config: Flag.String("config").pipe(
    Flag.withDescription("Configuration file; default CONFIG_PATH, then /config/config.yaml if it exists"),
    Flag.optional
  ),
  templates: Flag.String("templates").pipe(
    Flag.withDescription(
      "Folder of agent templates; default CLAUDE_TEMPLATES_PATH, then /claude-templates if it exists, then the bundled ones"
    ),
    Flag.optional
  ),
  kubeconfig: kubeconfigFlag,
  context: contextFlag,
  namespace: Flag.String("namespace").pipe(
    Flag.withAlias("n"),
    Flag.withDescription("Namespace to manage; default KUBERNETES_NAMESPACE, then orchestrator"),
    Flag.optional
  ),
  port: portFlag("port").pipe(
    Flag.withDescription("Port of the HTTP API; default SERVER_PORT, then 8080"),
    Flag.optional
  )
}

const run = Effect.fnUntraced(function*(input: ServeInput) {
  const { serve } = yield* Effect.promise(() => import("../serve/Serve.ts"))
  return yield* serve(input)
})

export const serveCommand = Command.make(
  "serve",
  flags,
  (input) => Effect.provide(run(input), Logging.layerWith("Info"))
).pipe(
  Command.withDescription("Run the controller and the HTTP API against a Kubernetes cluster"),
  Command.withExamples([
    { command: "orchestrator serve", description: "In a cluster, or with the current kubeconfig context" },
    {
      command: "orchestrator serve --context kind-dev --namespace orchestrator --config ./config.yaml",
      description: "Against a named context, with your own configuration"
    }
  ])
)
