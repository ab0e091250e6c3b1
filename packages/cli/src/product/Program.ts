/** The product on some cluster: the controller and the HTTP API. What runs it, a laptop or a real API server, is left to provide. */
import { podsMounting } from "@orchestrator/controller/act/Removal"
import { Stores } from "@orchestrator/controller/facts/Stores"
import { judgeClaims } from "@orchestrator/controller/keep/UnusedClaims"
import { placeOf, useOf } from "@orchestrator/controller/line/Place"
import { Controller } from "@orchestrator/controller/loop/Controller"
import { Previews as ControllerPreviews, unknownNonce } from "@orchestrator/controller/loop/Previews"
import { ControllerSettings } from "@orchestrator/controller/loop/Settings"
import { makeRunEvents, RunEvents } from "@orchestrator/controller/telemetry/RunEvents"
import { modelDefaults } from "@orchestrator/domain/DefaultModel"
import { watchedNamespaces } from "@orchestrator/domain/Namespaces"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { PageNotAvailable } from "@orchestrator/http/contract/Problem"
import { eventsWork } from "@orchestrator/http/events/Events"
import { EventSecrets } from "@orchestrator/http/events/EventSecrets"
import { EventHandler } from "@orchestrator/http/events/HandleEvent"
import { Server } from "@orchestrator/http/server/Server"
import { HttpSettings } from "@orchestrator/http/services/HttpSettings"
import { Lines } from "@orchestrator/http/services/Lines"
import { Previews } from "@orchestrator/http/services/Previews"
import { Readiness } from "@orchestrator/http/services/Readiness"
import { makeRunCache, RunCache } from "@orchestrator/http/services/RunCache"
import type { SignInLinks } from "@orchestrator/http/services/SignInLinks"
import { CodeRunKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { RunFeed } from "@orchestrator/k8s/RunFeed"
import { mcpRoute } from "@orchestrator/mcp/http/McpRoute"
import { Templates } from "@orchestrator/templates/Templates"
import { DateTime, Duration, Effect, Layer } from "effect"
import { layerEvidence } from "../evidence/Evidence.ts"
import { version } from "../settings/Version.ts"
import { deliveredRuns } from "./Deliveries.ts"
import { forgeAccess, forgeClient } from "./ForgeAccess.ts"
import { layerState, type StateOptions } from "./State.ts"

export interface ProgramOptions extends StateOptions {
  readonly namespace: string
  /** Folder of the agent templates. */
  readonly templates: string
  /** Folder of the page's build. */
  readonly page?: Effect.Effect<string, PageNotAvailable>
  /** Where callers have a token from, when not from a cluster by kubectl. */
  readonly tokenHint?: string
  /** One-time links into the page. */
  readonly links?: SignInLinks
  /** What agents lack, for `/ready`; asked each time. */
  readonly warnings?: Effect.Effect<Effect.Effect<ReadonlyArray<string>>, never, KubernetesClient>
  /** What keeps the program from beginning, one sentence each. */
  readonly obstacles?: Effect.Effect<ReadonlyArray<string>>
}

/** How long an answer to "is the API server there" is good for, and how long it may take. */
const reachableFor = Duration.seconds(2)

const noWarnings: ProgramOptions["warnings"] & object = Effect.succeed(Effect.succeed([]))

const readiness = (
  { namespace, obstacles = Effect.succeed([]), warnings: makeWarnings = noWarnings }: ProgramOptions
) =>
  Layer.effect(
    Readiness,
    Effect.gen(function*() {
      const { synced, trouble } = yield* Controller
      const client = yield* KubernetesClient
      const reachable = yield* Effect.cachedWithTTL(
        client.list(CodeRunKind, { namespace, limit: 1 }).pipe(
          Effect.timeout(reachableFor),
          Effect.as(true),
          Effect.orElseSucceed(() => false)
        ),
        reachableFor
      )
      return {
        warnings: yield* makeWarnings,
        missing: Effect.gen(function*() {
          const inTheWay = yield* obstacles
          if (inTheWay.length > 0) return inTheWay
          const notFollowed = yield* trouble
          if (!(yield* synced)) return ["The caches are not synced yet.", ...notFollowed]
          return (yield* reachable) ? notFollowed : ["The Kubernetes API server is not responding."]
        })
      }
    })
  )

/** Every replica has the stores that tell, whoever leads. */
const lines = Layer.effect(
  Lines,
  Effect.gen(function*() {
    const snapshot = yield* Stores
    const client = yield* KubernetesClient
    const { config } = yield* ControllerSettings
    const { storage: { unusedDays } } = config
    return Lines.of({
      unusedIn: Effect.fnUntraced(function*(namespace, daysOf) {
        const moment = { snapshot, config, now: yield* DateTime.now }
        const judged = judgeClaims(moment, daysOf(unusedDays)).filter(({ claim }) => claim.namespace === namespace)
        const pods = judged.some(({ goes }) => goes) ? (yield* client.list(PodKind, { namespace })).items : []
        return {
          configured: unusedDays,
          items: judged.map(({ because, claim: { name }, goes, usedAt }) => {
            const mountedBy = goes ? podsMounting(pods, name) : []
            return {
              name,
              usedAt: usedAt === undefined ? undefined : usedAt * 1000,
              goes: goes && mountedBy.length === 0,
              because: mountedBy.length === 0 ? because : `it is mounted by the pod ${mountedBy.join(", ")}`
            }
          })
        }
      }),
      waitingOf: (kind, runs, options) =>
        Effect.map(
          DateTime.now,
          (now) =>
            runs.map(({ metadata: { name = "", namespace = "" } }) =>
              placeOf({ snapshot, config, now }, { kind, namespace, name }, options)
            )
        ),
      useOf: (claim) => Effect.map(DateTime.now, (now) => useOf({ snapshot, config, now }, claim))
    })
  })
)

/** Likewise. What has not been heard of for a while is asked of the cluster instead. */
const runCache = Layer.effect(
  RunCache,
  Effect.gen(function*() {
    const { runs } = yield* Stores
    const { synced, trouble } = yield* Controller
    const isFollowing = Effect.flatMap(
      synced,
      (is) => is ? Effect.map(trouble, (what) => what.length === 0) : Effect.succeed(false)
    )
    return makeRunCache(runs, isFollowing)
  })
)

/** Likewise. */
const previews = Layer.effect(
  Previews,
  Effect.gen(function*() {
    const { limitsOf, ofNew, ofStored } = yield* ControllerPreviews
    const { synced } = yield* Controller
    const { config: { limits } } = yield* ControllerSettings
    return Previews.of({ isReady: synced, limitsOf, ofNew, ofStored, unknownNonce, ceilings: limits })
  })
)

/** Sets of templates that profiles name. */
const setsIn = ({ profiles }: OrchestratorConfig): ReadonlyArray<string> =>
  Object.values(profiles).flatMap(({ templates }) => templates ?? [])

/** What handles events; without a folder of secrets no webhook has one, and nothing comes in. */
const events = (config: OrchestratorConfig) =>
  EventHandler.layerWith(config).pipe(
    Layer.provideMerge(forgeAccess(config).pipe(Layer.provide(forgeClient(config)))),
    Layer.provideMerge(deliveredRuns),
    Layer.provideMerge(EventSecrets.layerWith({ folder: config.events.folder }))
  )

/** Needs a KubernetesClient, Leadership and the file system. Ready means able to serve, not leading. */
export const program = (options: ProgramOptions) => {
  const { config, links, namespace, page, templates, tokenHint } = options
  const { auth, dashboard, server } = config
  const watched = watchedNamespaces(config, namespace)
  const servesNamespace = (other: string) => watched === undefined || watched.includes(other)
  return Server.layerWith({
    ...server,
    auth,
    dashboard,
    links,
    tokenHint,
    page,
    also: mcpRoute({ version }),
    servesNamespace
  }).pipe(
    Layer.provide([lines, layerState(options), layerEvidence(config, namespace)]),
    Layer.provideMerge(eventsWork(config)),
    Layer.provide([events(config), RunFeed.layer, forgeClient(config)]),
    Layer.provide([previews, runCache]),
    Layer.provideMerge(readiness(options)),
    Layer.provideMerge(Controller.layer),
    Layer.provide(Layer.effect(
      RunEvents,
      makeRunEvents({ which: config.kubernetesEvents, instance: options.identity ?? "orchestrator" })
    )),
    Layer.provide(Templates.layerWith({ path: templates, sets: setsIn(config) })),
    Layer.provide(Layer.succeed(ControllerSettings, { config, namespace })),
    Layer.provide(HttpSettings.layerWith({
      namespace,
      version,
      ...modelDefaults(config),
      model: config.model,
      shards: config.shard.count,
      gitTokens: Object.keys(config.forge.hosts).length > 0
    }))
  )
}
