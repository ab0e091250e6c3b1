/** The cluster of the laptop: API in memory and on disk, the controllers of Kubernetes, and one node whose pods are local processes. */
import * as Actors from "@orchestrator/k8s/embedded/actors/Actors"
import * as EmbeddedCluster from "@orchestrator/k8s/embedded/EmbeddedCluster"
import { layerPodLogsFolder } from "@orchestrator/k8s/embedded/EmbeddedPodLogs"
import * as GarbageCollector from "@orchestrator/k8s/embedded/GarbageCollector"
import { layerSqlite } from "@orchestrator/k8s/embedded/PersistenceSqlite"
import * as WireServer from "@orchestrator/k8s/embedded/wire/WireServer"
import type { ImageTable } from "@orchestrator/k8s/node/ImageTable"
import { Kubelet } from "@orchestrator/k8s/node/Kubelet"
import { layer as processRuntime } from "@orchestrator/k8s/node/ProcessRuntime"
import { Layer } from "effect"
import type { StateFolder } from "./StateFolder.ts"

export interface LocalClusterOptions {
  readonly state: StateFolder
  readonly namespace: string
  readonly images: ImageTable
  /** Port of the Kubernetes API; 0 for any. */
  readonly port: number
  /** Folders that containers may read besides their volumes. */
  readonly readable: ReadonlyArray<string>
}

export const localCluster = ({ images, namespace, port, readable, state }: LocalClusterOptions) =>
  Layer.mergeAll(
    Actors.layer,
    GarbageCollector.layer,
    Kubelet.layer({ nodeName: "laptop" }),
    WireServer.layerWith({ port, namespace })
  ).pipe(
    Layer.provide(
      processRuntime({ stateFolder: state.pods, images, hidden: [state.path], readable })
    ),
    Layer.provideMerge(EmbeddedCluster.layerWith({
      persistence: layerSqlite(state.database),
      podLogs: layerPodLogsFolder(state.logs)
    }))
  )
