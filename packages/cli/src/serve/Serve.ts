/** `orchestrator serve`: the product on a real API server, found like kubectl finds it, or from within the cluster. */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Server } from "@orchestrator/http/Server"
import { NamespaceKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { layerLease } from "@orchestrator/k8s/LeaderElection"
import { Leadership } from "@orchestrator/k8s/Leadership"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Config, Effect, FileSystem, Layer, Option, Random, Record, Schema } from "effect"
import type { ServeInput } from "../commands/serve.ts"
import { loadConfig } from "../ConfigFile.ts"
import { installation } from "../Installation.ts"
import { program } from "../Program.ts"
import { makeApiKeyWarnings } from "./ApiKey.ts"

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

const leaseName = "orchestrator-controller"

/** A pod that starts again is another process, so its name alone is not enough. */
const identity = Effect.gen(function*() {
  const host = yield* Config.String("HOSTNAME").pipe(Config.withDefault("orchestrator"))
  const parts = yield* Effect.all([Random.next, Random.next])
  return `${host}_${parts.map((part) => part.toString(36).slice(2, 12)).join("")}`
})

const leadership = Effect.fnUntraced(
  function*({ enabled, ...times }: OrchestratorConfig["leaderElection"], namespace: string) {
    if (!enabled) return Leadership.layerAlone
    return layerLease({ ...times, lease: { namespace, name: leaseName }, identity: yield* identity })
  }
)

const environment = Config.all({
  metricsPort: Config.option(Config.Int("METRICS_PORT")),
  certFile: Config.option(Config.String("TLS_CERT_PATH")),
  keyFile: Config.option(Config.String("TLS_KEY_PATH"))
})

/** What the environment of a pod and the flags say of the server; half a certificate is left for the schema to refuse. */
const overrides = Effect.fnUntraced(function*({ port }: ServeInput) {
  const { metricsPort, ...files } = yield* environment
  const tls = Record.getSomes(files)
  return { server: { ...Record.getSomes({ port, metricsPort }), ...(Record.isEmptyRecord(tls) ? {} : { tls }) } }
})

export class NamespaceMissing extends Schema.TaggedError<NamespaceMissing>()("NamespaceMissing", {
  namespace: Schema.String
}) {
  override get message(): string {
    return `There is no namespace ${this.namespace} in this cluster. Name another one with --namespace `
      + `(KUBERNETES_NAMESPACE), or make it: kubectl create namespace ${this.namespace}`
  }
}

/** A name that is mistyped would be looked after in silence for ever. Who may not read namespaces, or cannot reach the server, goes on. */
const namespaceExists = Effect.fnUntraced(function*(namespace: string) {
  const client = yield* KubernetesClient
  yield* client.get(NamespaceKind, { name: namespace }).pipe(
    Effect.catchReason("KubernetesError", "NotFound", () => Effect.fail(new NamespaceMissing({ namespace }))),
    Effect.catchTag("KubernetesError", () => Effect.void)
  )
})

/** Ends only by interruption or failure. */
export const serve = Effect.fn("serve")(function*(input: ServeInput) {
  const config = yield* loadConfig({ path: input.config, flags: yield* overrides(input) })
  const namespace = yield* Effect.fromOption(input.namespace).pipe(
    Effect.catch(() => Config.String("KUBERNETES_NAMESPACE").pipe(Config.withDefault("orchestrator")))
  )
  const templates = yield* templatesFolder(input.templates)
  const client = liveClient({
    kubeconfig: Option.getOrUndefined(input.kubeconfig),
    context: Option.getOrUndefined(input.context)
  }).pipe(Layer.tap((context) => namespaceExists(namespace).pipe(Effect.provideContext(context))))
  const product = program({
    config,
    namespace,
    templates,
    warnings: makeApiKeyWarnings({ namespace, secrets: config.secrets })
  }).pipe(
    Layer.provide(yield* leadership(config.leaderElection, namespace)),
    Layer.provideMerge(client)
  )
  return yield* Effect.provide(running(namespace), product)
})

const running = Effect.fnUntraced(function*(namespace: string) {
  const { metricsUrl, url } = yield* Server
  yield* Effect.logInfo("serving").pipe(Effect.annotateLogs({ url, metrics: `${metricsUrl}/metrics`, namespace }))
  return yield* Effect.never
})
