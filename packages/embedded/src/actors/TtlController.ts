/** Deletes finished Jobs when their ttlSecondsAfterFinished is over. Finalizers hold them as they hold any object. */
import { JobKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { Job } from "@orchestrator/k8s/Objects"
import { keyOf, runController, source } from "@orchestrator/k8s/runtime/SimpleController"
import { makeStore } from "@orchestrator/k8s/Store"
import { Clock, Effect, Layer } from "effect"
import { conditionOf } from "./Conditions.ts"
import { millisOf } from "./Timestamps.ts"

const finishOf = ({ status }: Job): number | undefined => {
  const final = ["Complete", "Failed"]
    .map((type) => conditionOf(status?.conditions, type))
    .find((condition) => condition?.status === "True")
  return millisOf(final?.lastTransitionTime)
}

/** When the Job is to be deleted; undefined: not by us. */
const expiryOf = (job: Job): number | undefined => {
  const finished = finishOf(job)
  const ttl = job.spec.ttlSecondsAfterFinished
  if (finished === undefined || ttl === undefined || job.metadata.deletionTimestamp !== undefined) return undefined
  return finished + ttl * 1000
}

const make = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const jobs = makeStore<Job>()

  const reconcile = Effect.fnUntraced(function*(key: string) {
    const [namespace, name = ""] = key.split("/")
    const job = jobs.get({ name, namespace })
    const expiry = job === undefined ? undefined : expiryOf(job)
    if (job === undefined || expiry === undefined) return undefined
    if (expiry > (yield* Clock.currentTimeMillis)) return expiry
    const { resourceVersion, uid } = job.metadata
    yield* client.delete(JobKind, { name, namespace }, { uid, resourceVersion, propagationPolicy: "Foreground" })
    return undefined
  })

  return yield* runController({
    name: "ttl-controller",
    sources: [source(JobKind, jobs, (job) => expiryOf(job) === undefined ? [] : [keyOf(job)])],
    reconcile
  })
})

/** Runs in the background of its scope. */
export const layer: Layer.Layer<never, never, KubernetesClient> = Layer.effectDiscard(Effect.forkScoped(make))
