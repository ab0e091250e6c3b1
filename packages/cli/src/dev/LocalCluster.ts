/** The cluster of the laptop: API in memory and on disk, the controllers of Kubernetes, and one node whose pods are local processes. */
import * as Actors from "@orchestrator/embedded/actors/Actors"
import * as GarbageCollector from "@orchestrator/embedded/actors/GarbageCollector"
import * as EmbeddedCluster from "@orchestrator/embedded/EmbeddedCluster"
import { layerPodLogsFolder } from "@orchestrator/embedded/EmbeddedPodLogs"
import { EmbeddedStore } from "@orchestrator/embedded/EmbeddedStore"
import type { ImageTable } from "@orchestrator/embedded/node/ImageTable"
import { Kubelet } from "@orchestrator/embedded/node/Kubelet"
import { layer as processRuntime } from "@orchestrator/embedded/node/ProcessRuntime"
import { layerSqlite } from "@orchestrator/embedded/PersistenceSqlite"
import * as WireServer from "@orchestrator/embedded/wire/WireServer"
import { Config, Effect, Layer, Redacted } from "effect"
import type { StateFolder } from "./StateFolder.ts"

export interface LocalClusterOptions {
  readonly state: StateFolder
  readonly namespace: string
  readonly images: ImageTable
  /** Of both APIs. */
  readonly token: Redacted.Redacted
  /** Port of the Kubernetes API; 0 for any. */
  readonly port: number
  /** Folders besides the state folder that containers do not see. */
  readonly hidden: ReadonlyArray<string>
  /** Folders that containers may read besides their volumes. */
  readonly readable: ReadonlyArray<string>
}

/** The person is a user of their cluster: its reviews know the token, and runs say who made them. */
const person = (token: Redacted.Redacted) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const store = yield* EmbeddedStore
    const username = yield* Config.NonEmptyString("USER").pipe(Config.withDefault("local"))
    yield* store.registerUser(Redacted.value(token), { username, groups: ["system:masters"] })
  }))

export const localCluster = (options: LocalClusterOptions) => {
  const { hidden, images, namespace, port, readable, state, token } = options
  return Layer.mergeAll(
    Actors.layer,
    GarbageCollector.layer,
    Kubelet.layer({ nodeName: "laptop" }),
    WireServer.layerWith({ port, namespace, token }),
    person(token)
  ).pipe(
    Layer.provide(
      processRuntime({ stateFolder: state.pods, images, hidden: [state.path, ...hidden], readable })
    ),
    Layer.provideMerge(EmbeddedCluster.layerWith({
      persistence: layerSqlite(state.database),
      podLogs: layerPodLogsFolder(state.logs)
    }))
  )
}
