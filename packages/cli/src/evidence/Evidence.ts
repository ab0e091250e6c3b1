/** Where this installation keeps evidence, as a service for the HTTP API. */
import { NodeHttpClient } from "@effect/platform-node"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { EvidenceStore } from "@orchestrator/http/services/EvidenceStore"
import { Effect, Layer } from "effect"
import { rootCertificates } from "node:tls"
import { bucketStore, openBucket } from "./BucketStore.ts"
import { volumeStore } from "./VolumeStore.ts"

/** With the authorities that brokers trust, who talk to the same bucket. */
const client = ({ agent: { broker: { caCertificates } } }: OrchestratorConfig) =>
  NodeHttpClient.layerNodeHttpOptions(
    caCertificates.trim() === "" ? {} : { ca: [...rootCertificates, caCertificates] }
  )

export const layerEvidence = (config: OrchestratorConfig) => {
  const { bucket, volume } = config.evidence
  if (bucket !== undefined) {
    return Layer.effect(EvidenceStore, Effect.map(openBucket(bucket), (opened) => bucketStore(opened, bucket))).pipe(
      Layer.provide(client(config))
    )
  }
  return volume === undefined ? Layer.empty : Layer.effect(EvidenceStore, volumeStore(volume.folder))
}
