/**
 * The Job controller: makes a Job's pods, counts how they end, and says how the Job ends. Decides in JobPlan; every pod is counted once
 * (JobAccount). Index and work-queue completions beyond counting are not its business.
 */
import { JobKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import type { Job, Pod } from "@orchestrator/k8s/Objects"
import { keyOf, runController, source } from "@orchestrator/k8s/runtime/SimpleController"
import { makeStore } from "@orchestrator/k8s/Store"
import { Clock, Effect, Layer } from "effect"
import { equalJson } from "../objects/Share.ts"
import { type JobPlan, type JobStatus, planJob } from "./JobPlan.ts"
import { isTracked, trackingFinalizer } from "./JobPods.ts"

const controllerOf = ({ metadata }: Pod) =>
  metadata.ownerReferences?.find((owner) => owner.controller === true && owner.kind === "Job")

const jobKeysOf = (pod: Pod): ReadonlyArray<string> => {
  const owner = controllerOf(pod)
  return owner === undefined ? [] : [`${pod.metadata.namespace ?? ""}/${owner.name}`]
}

/** A pod as the Job's template describes it. */
const podOf = ({ metadata: { name = "", namespace = "", uid = "" }, spec }: Job): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    generateName: `${name}-`,
    namespace,
    labels: {
      ...spec.template.metadata?.labels,
      "batch.kubernetes.io/controller-uid": uid,
      "batch.kubernetes.io/job-name": name,
      "controller-uid": uid,
      "job-name": name
    },
    ...(spec.template.metadata?.annotations === undefined ? {} : { annotations: spec.template.metadata.annotations }),
    finalizers: [trackingFinalizer],
    ownerReferences: [
      { apiVersion: "batch/v1", kind: "Job", name, uid, controller: true, blockOwnerDeletion: true }
    ]
  },
  spec: spec.template.spec
})

const make = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const jobs = makeStore<Job>()
  const pods = makeStore<Pod>({ job: jobKeysOf })

  const release = Effect.fnUntraced(function*(pod: Pod) {
    const { metadata: { finalizers = [], name = "", namespace, resourceVersion } } = pod
    const kept = finalizers.filter((finalizer) => finalizer !== trackingFinalizer)
    const body = { metadata: { finalizers: kept.length === 0 ? null : kept, resourceVersion } }
    yield* client.patch(PodKind, { name, namespace }, { type: "merge", body }).pipe(
      Effect.tap((released) => Effect.sync(() => pods.wrote(released))),
      Effect.catchIf(hasReason("NotFound"), () => Effect.void)
    )
  })

  const remove = ({ metadata: { name = "", namespace, uid } }: Pod) =>
    client.delete(PodKind, { name, namespace }, { uid }).pipe(
      Effect.tap((pod) => Effect.sync(() => pods.wrote(pod))),
      Effect.catchIf(hasReason("NotFound"), () => Effect.void)
    )

  const writeStatus = Effect.fnUntraced(function*(job: Job, status: JobStatus | undefined) {
    if (status === undefined || equalJson(job.status, status)) return
    jobs.wrote(yield* client.replaceStatus(JobKind, { ...job, status }))
  })

  const perform = Effect.fnUntraced(function*(job: Job, plan: JobPlan) {
    for (let index = 0; index < plan.create; index++) pods.wrote(yield* client.create(PodKind, podOf(job)))
    yield* writeStatus(job, plan.status)
    yield* Effect.forEach(plan.release, release, { discard: true })
    yield* Effect.forEach(plan.remove, remove, { discard: true })
    return plan.wakeAt
  })

  /** Pods of a Job that is not there any more, or was replaced by another of its name, are held by nobody. */
  const releaseOrphans = Effect.fnUntraced(function*(key: string, orphans: ReadonlyArray<Pod>) {
    if (!orphans.some(isTracked)) return
    const [namespace, name = ""] = key.split("/")
    const owner = yield* client.get(JobKind, { name, namespace }).pipe(
      Effect.map(({ metadata }) => metadata.uid),
      Effect.catchIf(hasReason("NotFound"), () => Effect.void)
    )
    const held = orphans.filter((pod) => isTracked(pod) && controllerOf(pod)?.uid !== owner)
    yield* Effect.forEach(held, release, { discard: true })
  })

  const reconcile = Effect.fnUntraced(function*(key: string) {
    const [namespace, name = ""] = key.split("/")
    const job = jobs.get({ name, namespace })
    const all = pods.by("job", key)
    const owned = all.filter((pod) => controllerOf(pod)?.uid === job?.metadata.uid)
    yield* releaseOrphans(key, all.filter((pod) => !owned.includes(pod)))
    if (job === undefined) return undefined
    return yield* perform(job, planJob({ job, pods: owned, now: yield* Clock.currentTimeMillis }))
  })

  return yield* runController({
    name: "job-controller",
    sources: [source(JobKind, jobs, (job) => [keyOf(job)]), source(PodKind, pods, jobKeysOf)],
    reconcile
  })
})

/** Runs in the background of its scope. */
export const layer: Layer.Layer<never, never, KubernetesClient> = Layer.effectDiscard(Effect.forkScoped(make))
