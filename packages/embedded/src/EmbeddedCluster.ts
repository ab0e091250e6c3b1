/** The embedded cluster: KubernetesClient in memory with the behaviour of a real API server, on Effect's clock. */
import { definitions } from "@orchestrator/domain/kinds/Definitions"
import { CustomResourceDefinitionKind, type Kind, NamespaceKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Context, Effect, Layer } from "effect"
import { makeEmbeddedClient } from "./EmbeddedClient.ts"
import { layerPodLogsMemory } from "./EmbeddedPodLogs.ts"
import { EmbeddedStore } from "./EmbeddedStore.ts"
import { makeOwnership } from "./garbage/Ownership.ts"
import { makeServedKinds } from "./kinds/ServedKinds.ts"
import { Persistence, type PersistenceError } from "./Persistence.ts"
import { makeRequestCounts } from "./RequestCounts.ts"
import { withSeriesEvents } from "./SeriesEvents.ts"
import { makeObjectStore } from "./store/ObjectStore.ts"
import { makeReviews } from "./write/Reviews.ts"

export interface EmbeddedOptions {
  /** Whether CodeRun and DocsRun are defined at start. Default true. */
  readonly installDefinitions?: boolean
  /** Namespaces that exist at start. Default `default`, `kube-system`, `orchestrator`. */
  readonly namespaces?: ReadonlyArray<string>
  /** Events kept per kind, at least. Default 4,096. */
  readonly historyLimit?: number
  /** Time between bookmarks of a watch that asks for them. Default 60. */
  readonly bookmarkSeconds?: number
}

const defaultNamespaces = ["default", "kube-system", "orchestrator"]

/** Without its storage and its pod logs. */
const layerNoDeps = (
  options: EmbeddedOptions = {}
): Layer.Layer<KubernetesClient | EmbeddedStore, PersistenceError, Persistence | PodLogs> =>
  Layer.effectContext(Effect.gen(function*() {
    const persistence = yield* Persistence
    const logs = yield* PodLogs
    const store = makeObjectStore(yield* persistence.load, options.historyLimit ?? 4096)
    const kinds = makeServedKinds(store)
    const counts = makeRequestCounts()
    const reviews = makeReviews()
    const bookmarkSeconds = options.bookmarkSeconds ?? 60
    const client = withSeriesEvents(
      makeEmbeddedClient({ store, kinds, counts, persistence, logs, reviews, bookmarkSeconds })
    )
    yield* Effect.orDie(install(client, options))
    counts.reset()
    const handle = EmbeddedStore.of({
      revision: Effect.sync(store.revision),
      compact: (revision) => Effect.sync(() => store.compact(revision ?? store.revision())),
      requests: Effect.sync(counts.all),
      countOf: (verb, kind) => Effect.sync(() => counts.of(verb, kind)),
      resetCounts: Effect.sync(counts.reset),
      served: Effect.sync(kinds.all),
      registerUser: (token, user) => Effect.sync(() => reviews.register(token, user)),
      ownership: makeOwnership(store, kinds),
      objects: store
    })
    return Context.make(KubernetesClient, client).pipe(Context.add(EmbeddedStore, handle))
  }))

export const layerWith = <E = never>(
  options: EmbeddedOptions & {
    readonly persistence?: Layer.Layer<Persistence, E>
    readonly podLogs?: Layer.Layer<PodLogs>
  }
): Layer.Layer<KubernetesClient | PodLogs | EmbeddedStore, E | PersistenceError> =>
  layerNoDeps(options).pipe(
    Layer.provide(options.persistence ?? Persistence.layerNone),
    Layer.provideMerge(options.podLogs ?? layerPodLogsMemory)
  )

/** All in memory; nothing can fail at start. */
export const layerMemory: Layer.Layer<KubernetesClient | PodLogs | EmbeddedStore> = Layer.orDie(layerWith({}))

/** What every cluster has at start. What is there already, from an earlier process, stays as it is. */
const install = (client: KubernetesClient["Service"], options: EmbeddedOptions) =>
  Effect.gen(function*() {
    for (const name of options.namespaces ?? defaultNamespaces) {
      yield* ensure(client, NamespaceKind, { metadata: { name } })
    }
    if (options.installDefinitions === false) return
    for (const definition of definitions) yield* ensure(client, CustomResourceDefinitionKind, definition)
  })

const ensure = <A extends KubernetesObject>(
  client: KubernetesClient["Service"],
  kind: Kind<A>,
  object: A
): Effect.Effect<void, KubernetesError> =>
  Effect.catchIf(Effect.asVoid(client.create(kind, object)), hasReason("AlreadyExists"), () => Effect.void)
