/** Where this installation keeps evidence, as a service for the HTTP API, and for how long. */
import { NodeHttpClient } from "@effect/platform-node"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { EvidenceStore } from "@orchestrator/http/services/EvidenceStore"
import type { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect, type FileSystem, Layer } from "effect"
import type { HttpClient } from "effect/http"
import { rootCertificates } from "node:tls"
import { bucketStore, openBucket } from "./BucketStore.ts"
import { layerRetention } from "./Sweep.ts"
import { volumeStore } from "./VolumeStore.ts"
import { workspaceStore } from "./WorkspaceStore.ts"

/** With the authorities that brokers trust, who talk to the same bucket. */
const client = ({ agent: { broker: { caCertificates } } }: OrchestratorConfig) =>
  NodeHttpClient.layerNodeHttpOptions(
    caCertificates.trim() === "" ? {} : { ca: [...rootCertificates, caCertificates] }
  )

const store = (
  config: OrchestratorConfig
): Layer.Layer<EvidenceStore, never, FileSystem.FileSystem | HttpClient.HttpClient | KubernetesClient> => {
  const { bucket, volume } = config.evidence
  if (bucket !== undefined) {
    return Layer.effect(EvidenceStore, Effect.map(openBucket(bucket), (opened) => bucketStore(opened, bucket)))
  }
  return volume === undefined
    ? Layer.effect(EvidenceStore, workspaceStore(config))
    : Layer.effect(EvidenceStore, volumeStore(volume.folder))
}

export const layerEvidence = (config: OrchestratorConfig, namespace: string) =>
  Layer.merge(store(config), layerRetention(config, namespace)).pipe(Layer.provide(client(config)))
