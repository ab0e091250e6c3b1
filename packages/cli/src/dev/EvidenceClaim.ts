/** The claim on which the local product keeps the evidence of attempts; its folder is in the state folder, with those of workspaces. */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import { Effect, Layer } from "effect"

export const layerEvidenceClaim = ({ evidence: { bucket, volume } }: OrchestratorConfig, namespace: string) =>
  Layer.effectDiscard(Effect.gen(function*() {
    if (bucket !== undefined || volume === undefined) return
    const client = yield* KubernetesClient
    yield* client.create(PersistentVolumeClaimKind, {
      metadata: { name: volume.claimName, namespace },
      spec: { accessModes: ["ReadWriteMany"], resources: { requests: { storage: "1Gi" } } }
    }).pipe(Effect.catchIf(hasReason("AlreadyExists"), () => Effect.void))
  }))
