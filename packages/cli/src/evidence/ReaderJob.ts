/**
 * The Job that reads a file of an attempt from a workspace. It has the claim, read-only, and nothing else: no token, no credential, no
 * network (the chart's policy). One at a time for each claim, by its name; Kubernetes ends it after a minute and removes it, whatever
 * becomes of us.
 */
import { literal, words } from "@orchestrator/controller/kinds/Literal"
import { ownedByRun } from "@orchestrator/controller/manifest/Manifests"
import { placement } from "@orchestrator/controller/manifest/Placement"
import { restricted } from "@orchestrator/controller/manifest/Restricted"
import { fnv1a } from "@orchestrator/domain/Hash"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { attemptText } from "@orchestrator/domain/Retry"
import type { EvidenceQuery } from "@orchestrator/http/services/EvidenceStore"
import type { Job } from "@orchestrator/k8s/Objects"

export const readerContainer = "reader"
const workspace = "/workspace"

const readerName = (claim: string): string => `evidence-${fnv1a(claim)}`

/** Seconds that it may take, and seconds for which it stays when it has ended. */
const takesAtMost = 60
const staysFor = 60

/** Not the labels of agents' Jobs: nobody takes it for an attempt. */
const labels = {
  "app.kubernetes.io/name": "orchestrator",
  "app.kubernetes.io/component": "evidence-reader",
  "app.kubernetes.io/part-of": "orchestrator"
}

export const readerJob = ({ agent }: OrchestratorConfig, claim: string, query: EvidenceQuery): Job => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: {
    name: readerName(claim),
    namespace: query.namespace,
    labels,
    ownerReferences: [ownedByRun(query.kind.kind, query.run.metadata)]
  },
  spec: {
    backoffLimit: 0,
    activeDeadlineSeconds: takesAtMost,
    ttlSecondsAfterFinished: staysFor,
    template: {
      metadata: { labels },
      spec: {
        restartPolicy: "Never",
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        terminationGracePeriodSeconds: 1,
        securityContext: {
          runAsNonRoot: true,
          // No fsGroup: nothing on the claim is changed, not even who may read it.
          ...(agent.userIds === "fixed" ? { runAsUser: 1000, runAsGroup: 1000 } : {}),
          seccompProfile: { type: "RuntimeDefault" }
        },
        ...placement(agent),
        containers: [{
          name: readerContainer,
          image: agent.runnerImage,
          imagePullPolicy: agent.image.pullPolicy,
          command: words("/app/orchestrator", "evidence", workspace, query.uid, attemptText(query.attempt), query.file),
          env: [literal("HOME", "/tmp")],
          resources: {
            requests: { cpu: "50m", memory: "96Mi", "ephemeral-storage": "16Mi" },
            limits: { cpu: "1", memory: "256Mi", "ephemeral-storage": "64Mi" }
          },
          securityContext: { ...restricted, readOnlyRootFilesystem: true },
          volumeMounts: [{ name: "workspace", mountPath: workspace, readOnly: true }]
        }],
        volumes: [{ name: "workspace", persistentVolumeClaim: { claimName: claim, readOnly: true } }]
      }
    }
  }
})
