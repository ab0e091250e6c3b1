/**
 * `orchestrator release-jobs`: takes our finalizer off every Job of ours, so that an uninstalled orchestrator leaves nothing that cannot
 * be deleted. Jobs and their pods stay; nobody will store their results.
 */
import { Cleanup } from "@orchestrator/controller/act/Cleanup"
import { jobFacts } from "@orchestrator/controller/facts/Job"
import { ourSelector } from "@orchestrator/domain/Labels"
import { everyNamespace } from "@orchestrator/domain/Namespaces"
import { JobKind, NamespaceKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Console, Duration, Effect, Layer, Option } from "effect"

export interface ReleaseJobsInput {
  readonly namespace: ReadonlyArray<string>
  readonly kubeconfig: Option.Option<string>
  readonly context: Option.Option<string>
}

const released = Effect.fn("ReleaseJobs.release")(function*(namespace: string) {
  const client = yield* KubernetesClient
  const cleanup = yield* Cleanup
  const { items } = yield* client.list(JobKind, {
    ...(namespace === everyNamespace ? {} : { namespace }),
    labelSelector: ourSelector
  })
  const held = items.map((job) => jobFacts(job)).filter((job) => job.held)
  yield* Effect.forEach(held, (job) => cleanup.release({ ...job, ttlSeconds: undefined, forGood: true }), {
    concurrency: 8
  })
  return held.length
})

/** Looks until there is nothing left: a Job may change, or be created, while its finalizer is taken off. */
export const releaseAll = Effect.fn("ReleaseJobs.releaseAll")(function*(namespace: string) {
  let count = 0
  for (let round = 0; round < 10; round++) {
    const found = yield* released(namespace)
    if (found === 0) break
    count += found
  }
  yield* Console.log(
    `released ${count} ${count === 1 ? "Job" : "Jobs"} in ${
      namespace === everyNamespace ? "all namespaces" : namespace
    }`
  )
})

const timeout = Duration.seconds(15)

/**
 * For the end of the program: where the namespace itself is being deleted, its pods go first, this one among them, and then nobody would be
 * left to let go of the Jobs, which would keep the namespace for ever. Who may not look does nothing.
 */
export const releaseJobsIfNamespaceTerminating = (namespace: string) =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const { metadata } = yield* client.get(NamespaceKind, { name: namespace })
    if (metadata.deletionTimestamp !== undefined) yield* releaseAll(namespace)
  }).pipe(
    Effect.provide(Cleanup.layer),
    Effect.timeout(timeout),
    Effect.catch((error) => Effect.logDebug(`cannot release Jobs: ${error.message}`))
  )

export const releaseJobs = ({ context, kubeconfig, namespace }: ReleaseJobsInput) =>
  Effect.forEach(namespace, releaseAll, { discard: true }).pipe(Effect.provide(
    Cleanup.layer.pipe(Layer.provideMerge(liveClient({
      kubeconfig: Option.getOrUndefined(kubeconfig),
      context: Option.getOrUndefined(context)
    })))
  ))
