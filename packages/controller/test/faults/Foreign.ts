/** What is in every namespace beside ours: objects of others under names and labels like ours. Nobody may change or delete them. */
import { ConfigMapKind, JobKind, PersistentVolumeClaimKind, SecretKind } from "@orchestrator/k8s/Kinds"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { namespace } from "../program/World.ts"
import { plantedSecret } from "./Ledger.ts"
import type { User } from "./Scenario.ts"

const ours = { app: "orchestrator", "app.kubernetes.io/managed-by": "orchestrator" }

export const plantForeign = (user: User): void => {
  const made: ReadonlyArray<KubernetesObject | undefined> = [
    user.create(ConfigMapKind, {
      metadata: { name: "code-first-v1", namespace, labels: { ...ours, "context-version": "1" } },
      data: { "prompt.md": "somebody else's" }
    }),
    user.create(JobKind, {
      metadata: { name: "code-first-v1", namespace, labels: { ...ours, "context-version": "1" } },
      spec: {
        suspend: true,
        template: { spec: { restartPolicy: "Never", containers: [{ name: "claude", image: "acme/other" }] } }
      }
    }),
    user.create(PersistentVolumeClaimKind, {
      metadata: { name: "data", namespace },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } }
    }),
    user.create(SecretKind, {
      metadata: { name: "orchestrator-secrets", namespace },
      stringData: { ANTHROPIC_API_KEY: plantedSecret }
    })
  ]
  for (const object of made) if (object?.metadata.uid !== undefined) user.isForeign(object.metadata.uid)
}
