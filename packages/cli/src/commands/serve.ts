/** `orchestrator serve`: the product on a real API server, found like kubectl finds it, or from within the cluster. */
import { Server } from "@orchestrator/http/Server"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Config, Effect, FileSystem, Layer, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { loadConfig } from "../ConfigFile.ts"
import { installation } from "../Installation.ts"
import * as Logging from "../Logging.ts"
import { program } from "../Program.ts"

const flags = {
  config: Flag.String("config").pipe(
    Flag.withDescription("Settings; default CONFIG_PATH, then /config/config.yaml"),
    Flag.optional
  ),
  templates: Flag.String("templates").pipe(
    Flag.withDescription("Folder of agent templates; default CLAUDE_TEMPLATES_PATH, then /claude-templates"),
    Flag.optional
  ),
  kubeconfig: Flag.String("kubeconfig").pipe(
    Flag.withDescription("Kubeconfig to use; default KUBECONFIG, ~/.kube/config, or the pod's service account"),
    Flag.optional
  ),
  context: Flag.String("context").pipe(
    Flag.withDescription("Context of the kubeconfig"),
    Flag.optional
  ),
  namespace: Flag.String("namespace").pipe(
    Flag.withAlias("n"),
    Flag.withDescription("Namespace to look after; default KUBERNETES_NAMESPACE, then orchestrator"),
    Flag.optional
  ),
  port: Flag.Int("port").pipe(
    Flag.withDescription("Port of the HTTP API; default SERVER_PORT, then 8080"),
    Flag.optional
  )
}

type ServeInput = Command.Command.Config.Infer<typeof flags>

const mountedTemplates = "/claude-templates"

/** The folder that was named, else the mounted one, else what this installation brings. */
const templatesFolder = Effect.fnUntraced(function*(named: Option.Option<string>) {
  const fromEnvironment = yield* Config.option(Config.String("CLAUDE_TEMPLATES_PATH"))
  const files = yield* FileSystem.FileSystem
  const mounted = yield* files.exists(mountedTemplates).pipe(Effect.orElseSucceed(() => false))
  const { templates } = yield* installation
  return Option.getOrElse(
    Option.orElse(named, () => fromEnvironment),
    () => mounted ? mountedTemplates : templates
  )
})

const serve = Effect.fn("serve")(function*(input: ServeInput) {
  const config = yield* loadConfig({
    path: input.config,
    flags: Option.match(input.port, { onNone: () => ({}), onSome: (port) => ({ server: { port } }) })
  })
  const namespace = yield* Effect.fromOption(input.namespace).pipe(
    Effect.catch(() => Config.String("KUBERNETES_NAMESPACE").pipe(Config.withDefault("orchestrator")))
  )
  const templates = yield* templatesFolder(input.templates)
  const product = program({ config, namespace, templates }).pipe(
    Layer.provideMerge(liveClient({
      kubeconfig: Option.getOrUndefined(input.kubeconfig),
      context: Option.getOrUndefined(input.context)
    }))
  )
  return yield* Effect.provide(running(namespace), product)
})

const running = Effect.fnUntraced(function*(namespace: string) {
  const { url } = yield* Server
  yield* Effect.logInfo("serving").pipe(Effect.annotateLogs({ url, namespace }))
  return yield* Effect.never
})

export const serveCommand = Command.make(
  "serve",
  flags,
  (input) => Effect.provide(serve(input), Logging.layerWith("Info"))
).pipe(
  Command.withDescription("Run the controller and the HTTP API against a Kubernetes cluster"),
  Command.withExamples([
    { command: "orchestrator serve", description: "In a cluster, or with the current kubeconfig context" },
    {
      command: "orchestrator serve --context kind-dev --namespace orchestrator --config ./config.yaml",
      description: "Against a named context, with settings of your own"
    }
  ])
)
