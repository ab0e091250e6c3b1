/** `orchestrator serve`: the product on a real API server, found like kubectl finds it, or from within the cluster. */
import { watchedNamespaces } from "@orchestrator/domain/Namespaces"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Server } from "@orchestrator/http/server/Server"
import { ApiServer } from "@orchestrator/k8s/ApiServer"
import { tellClockOffset } from "@orchestrator/k8s/ClockOffset"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { layerAfter, Leadership } from "@orchestrator/k8s/leadership/Leadership"
import { layerShards } from "@orchestrator/k8s/leadership/ShardElection"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { measuredClient } from "@orchestrator/k8s/MeasuredClient"
import { RecentRequests } from "@orchestrator/k8s/RecentRequests"
import { Config, Effect, Latch, Layer, Option, Random, Record } from "effect"
import { program, type ProgramOptions } from "../product/Program.ts"
import { releaseJobsIfNamespaceTerminating } from "../release/ReleaseJobs.ts"
import { loadConfig } from "../settings/ConfigFile.ts"
import { installation } from "../settings/Installation.ts"
import { pageFolder } from "../settings/PageFolder.ts"
import { templatesFolder } from "../settings/TemplatesFolder.ts"
import { layerTelemetry } from "../telemetry/Telemetry.ts"
import { makeApiKeyWarnings } from "./ApiKey.ts"
import { requestLines, serverClockLine } from "./ApiServerLines.ts"
import { Preflight } from "./Preflight.ts"

export interface ServeInput {
  readonly config: Option.Option<string>
  readonly templates: Option.Option<string>
  readonly kubeconfig: Option.Option<string>
  readonly context: Option.Option<string>
  readonly namespace: Option.Option<string>
  readonly port: Option.Option<number>
}

const mountedTemplates = "/claude-templates"

/** A pod that starts again is another process, so its name alone is not enough. */
const newIdentity = Effect.gen(function*() {
  const host = yield* Config.String("HOSTNAME").pipe(Config.withDefault("orchestrator"))
  const parts = yield* Effect.all([Random.next, Random.next])
  return `${host}_${parts.map((part) => part.toString(36).slice(2, 12)).join("")}`
})

const leadership = Effect.fnUntraced(
  function*(
    { leaderElection: { enabled, ...times }, shard }: Pick<OrchestratorConfig, "leaderElection" | "shard">,
    namespace: string,
    identity: string
  ) {
    if (!enabled) return Leadership.layerAlone
    return layerShards({
      ...times,
      namespace,
      number: shard.index,
      identity,
      installation: Option.getOrUndefined(yield* Config.option(Config.NonEmptyString("INSTALLATION")))
    })
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

/** Ends only by interruption or failure. Not a span: one around everything would be the parent of every request. */
export const serve = Effect.fnUntraced(function*(input: ServeInput) {
  const config = yield* loadConfig({ path: input.config, flags: yield* overrides(input) })
  const namespace = yield* Effect.fromOption(input.namespace).pipe(
    Effect.catch(() => Config.String("KUBERNETES_NAMESPACE").pipe(Config.withDefault("orchestrator")))
  )
  const templates = yield* templatesFolder({ named: input.templates, mounted: mountedTemplates })
  const client = Layer.effect(KubernetesClient, measuredClient).pipe(
    Layer.provideMerge(liveClient({
      kubeconfig: Option.getOrUndefined(input.kubeconfig),
      context: Option.getOrUndefined(input.context),
      withoutManagedFields: true
    }))
  )
  const identity = yield* newIdentity
  const page = yield* pageFolder(yield* installation)
  return yield* checkedThenRunning({ config, namespace, templates, page, identity }).pipe(
    Effect.provide(
      Layer.merge(Preflight.layerWith({ config, namespace }), Layer.effectDiscard(tellClockOffset)).pipe(
        Layer.provideMerge(client),
        Layer.provideMerge(layerTelemetry({ config, namespace, instance: identity }))
      )
    )
  )
})

/** Serves from the beginning; whatever this installation lacks ends it before it acts, and what the cluster lacks before it leads. */
const checkedThenRunning = Effect.fnUntraced(
  function*(
    options: Pick<ProgramOptions, "config" | "namespace" | "page" | "templates"> & { readonly identity: string }
  ) {
    const { config, config: { secrets }, identity, namespace } = options
    const preflight = yield* Preflight
    const { clockOffsetMillis } = yield* ApiServer
    const passed = yield* Latch.make(false)
    const recent = yield* RecentRequests
    const findings = Effect.gen(function*() {
      return [
        ...yield* preflight.lines,
        serverClockLine(yield* clockOffsetMillis),
        ...requestLines(yield* recent.tally)
      ]
    })
    const product = program({
      ...options,
      warnings: makeApiKeyWarnings({ namespace, secrets }),
      obstacles: preflight.missing,
      kubernetesVersion: preflight.version,
      findings
    }).pipe(Layer.provide(layerAfter(passed.await, yield* leadership(config, namespace, identity))))
    return yield* running(config, namespace, Effect.andThen(preflight.run, passed.open)).pipe(Effect.provide(product))
  }
)

const running = Effect.fnUntraced(function*<E>(
  config: OrchestratorConfig,
  namespace: string,
  begin: Effect.Effect<unknown, E>
) {
  const { metricsUrl, url } = yield* Server
  yield* Effect.logInfo("serving").pipe(Effect.annotateLogs({ url, metrics: `${metricsUrl}/metrics`, namespace }))
  yield* begin
  return yield* Effect.onInterrupt(
    Effect.never,
    () =>
      Effect.forEach(watchedNamespaces(config, namespace) ?? [namespace], releaseJobsIfNamespaceTerminating, {
        concurrency: 8,
        discard: true
      })
  )
})
