/** The objects that an attempt consists of, as they are sent to the API server. */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import { localQueueOf, priorityClassLabel, priorityClassOf, queueLabel } from "@orchestrator/domain/Kueue"
import {
  holderAnnotation,
  jobFinalizer,
  retryAnnotation,
  runLabels,
  specAnnotation,
  timeoutAnnotation
} from "@orchestrator/domain/Labels"
import { shardLabels } from "@orchestrator/domain/Shards"
import { type Tenant, tenantMarks } from "@orchestrator/domain/Tenant"
import { apiVersionOf } from "@orchestrator/k8s/Kinds"
import type { ConfigMap, Job, Metadata, OwnerReference, PersistentVolumeClaim } from "@orchestrator/k8s/Objects"
import { specHash } from "../attempt/SpecEdit.ts"
import { jobDeadlineSeconds } from "../attempt/StartClock.ts"
import type { FilesReference } from "../facts/Job.ts"
import type { LiveRun } from "../facts/LiveRun.ts"
import type { PresentRun } from "../facts/Observed.ts"
import { runKinds } from "../kinds/RunKinds.ts"
import type { RunSpec } from "../kinds/RunSpec.ts"
import { podSpec } from "./PodSpec.ts"

type Labels = Readonly<Record<string, string>>

/** Of all that an attempt consists of. */
export const labelsOf = (run: LiveRun, spec: RunSpec): Labels => {
  const { component, taskType } = runKinds[run.kind]
  const labels = runLabels({
    component,
    taskType,
    run: run.name,
    uid: run.uid,
    githubUser: spec.githubUser,
    contextVersion: run.attempt.contextVersion,
    taskId: spec.taskId,
    service: spec.workspace?.service
  })
  return joined(labels, shardLabels(run.shard))
}

/** Both; where they name the same, the second count. Mostly only one of them has any. */
const joined = (first: Labels, second: Labels): Labels => {
  if (Object.keys(first).length === 0) return second
  return Object.keys(second).length === 0 ? first : { ...first, ...second }
}

/** The reference that makes an object go with its run. */
export const ownedByRun = (
  kind: KindName,
  { name = "", uid = "" }: Pick<Metadata, "name" | "uid">
): OwnerReference => ({
  apiVersion: apiVersionOf(runKinds[kind].resource),
  kind,
  name,
  uid,
  controller: true,
  blockOwnerDeletion: true
})

/** The reference that makes an object go with its Job. */
export const ownedByJob = <Uid extends string | undefined>(
  name: string,
  uid: Uid
): Omit<OwnerReference, "uid"> & { readonly uid: Uid } => ({
  apiVersion: "batch/v1",
  kind: "Job",
  name,
  uid,
  controller: true,
  blockOwnerDeletion: true
})

export const jobManifest = (
  { config, run, workspace }: PresentRun,
  spec: RunSpec,
  labels: Labels,
  files: Required<FilesReference>
): Job => {
  const { retry } = run.attempt
  const name = run.jobName
  const { podAnnotations, podLabels } = config.agent
  const timeoutSeconds = spec.timeoutSeconds ?? config.job.activeDeadlineSeconds
  const queue = localQueueOf(config.kueue, run)
  const priorityClass = priorityClassOf(config.kueue, spec.priority)
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      namespace: run.namespace,
      labels: queue === undefined ? labels : {
        ...labels,
        [queueLabel]: queue,
        ...(priorityClass === undefined ? {} : { [priorityClassLabel]: priorityClass })
      },
      annotations: {
        ...(retry === 0 ? {} : { [retryAnnotation]: String(retry) }),
        [timeoutAnnotation]: String(timeoutSeconds),
        [specAnnotation]: specHash(run)
      },
      finalizers: [jobFinalizer],
      ownerReferences: [ownedByRun(run.kind, run)]
    },
    spec: {
      ...(queue === undefined ? {} : { suspend: true }),
      backoffLimit: 0,
      activeDeadlineSeconds: jobDeadlineSeconds(timeoutSeconds, config),
      podReplacementPolicy: "Failed",
      podFailurePolicy: {
        rules: [{ action: "FailJob", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }]
      },
      template: {
        metadata: {
          labels: joined(podLabels, labels),
          ...(Object.keys(podAnnotations).length === 0 ? {} : { annotations: podAnnotations })
        },
        spec: podSpec({ config, run, spec, claim: workspace?.claim, files })
      }
    }
  }
}

/** Without its owner, which is known once the Job is there. */
export const filesManifest = (
  { namespace }: LiveRun,
  labels: Labels,
  name: string,
  data: Readonly<Record<string, string>>
): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace, labels },
  immutable: true,
  data
})

/** A claim that is the tenant's and that this run holds from the start. It outlives the run. */
export const workspaceManifest = (
  { config, run }: Pick<PresentRun, "config" | "run">,
  claim: string,
  tenant: Tenant
): PersistentVolumeClaim => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: {
    name: claim,
    namespace: run.namespace,
    labels: tenantMarks(tenant).labels,
    annotations: { ...tenantMarks(tenant).annotations, [holderAnnotation]: run.uid }
  },
  spec: {
    accessModes: [config.storage.accessMode],
    resources: { requests: { storage: config.storage.workspaceSize } },
    ...(config.storage.storageClassName === undefined ? {} : { storageClassName: config.storage.storageClassName })
  }
})
