/**
 * The node: registers itself, runs the pods that are bound to it, reports how they do, and removes them when they have ended. Works over
 * any KubernetesClient and any PodRuntime. Leaving its scope kills what runs; the pods then read as lost when the node comes back.
 */
import { PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient, type ObjectRef } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import type { Pod } from "@orchestrator/k8s/Objects"
import { PodLogs } from "@orchestrator/k8s/PodLogs"
import { keyOf, runController, source } from "@orchestrator/k8s/runtime/SimpleController"
import { makeStore, storeKey } from "@orchestrator/k8s/Store"
import { Context, Effect, FiberMap, Layer, Schedule } from "effect"
import { register } from "./NodeObject.ts"
import type { PodNetwork } from "./PodNetwork.ts"
import { PodRuntime } from "./PodRuntime.ts"
import { makePodWorker, type PodWorker } from "./PodWorker.ts"
import { sealLogs } from "./SealLog.ts"

export interface KubeletOptions {
  readonly nodeName: string
  /** InternalIP of the node, and of its pods where they have no network of their own. */
  readonly address?: string
  readonly network?: PodNetwork
  readonly capacity?: Readonly<Record<string, string>>
}

const defaultCapacity = { cpu: "16", memory: "64Gi", "ephemeral-storage": "256Gi", pods: "250" }

export class Kubelet extends Context.Service<Kubelet, {
  readonly nodeName: string
  /** Ends a pod as node pressure would: Failed, reason Evicted, condition DisruptionTarget. Nothing when it does not run here. */
  readonly evict: (ref: ObjectRef, message: string) => Effect.Effect<void>
}>()("@orchestrator/embedded/node/Kubelet") {
  /** Runs in the background of its scope. */
  static readonly layer = (
    options: KubeletOptions
  ): Layer.Layer<Kubelet, never, KubernetesClient | PodLogs | PodRuntime> => Layer.effect(Kubelet, make(options))
}

const hasEnded = ({ status }: Pod): boolean => status?.phase === "Succeeded" || status?.phase === "Failed"

/**
 * Whether the object waits for its node to let it go. With no grace left only finalizers hold it: where there are none, the API server died
 * between marking and removing it.
 */
const isDue = ({ metadata: { deletionGracePeriodSeconds, deletionTimestamp, finalizers = [] } }: Pod): boolean =>
  deletionTimestamp !== undefined && (deletionGracePeriodSeconds !== 0 || finalizers.length === 0)

const make = Effect.fnUntraced(function*(options: KubeletOptions) {
  const { address = "127.0.0.1", capacity = defaultCapacity, nodeName } = options
  const client = yield* KubernetesClient
  const runtime = yield* PodRuntime
  const logs = yield* PodLogs
  const pods = makeStore<Pod>()
  /** The pods that this node has met and not yet cleaned up after. */
  const met = new Map<string, Pod>()
  const workers = new Map<string, PodWorker>()
  /** UIDs of the pods that a worker has, or is about to have. */
  const busy = new Set<string>()
  const fibers = yield* FiberMap.make<string>()
  const cleaning = yield* FiberMap.make<string>()

  const latest = (key: string): Pod | undefined => {
    const [namespace, name = ""] = key.split("/")
    return pods.get({ name, namespace })
  }

  /** The end of a deletion: the object goes when nothing of it runs any more. */
  const removeObject = ({ metadata: { name = "", namespace, uid } }: Pod) =>
    client.delete(PodKind, { name, namespace }, { uid, gracePeriodSeconds: 0 }).pipe(
      Effect.catchIf(hasReason("NotFound", "Conflict"), () => Effect.void),
      Effect.asVoid
    )

  /** From here on, reconcile removes the pod; a deletion that was seen before is done here. */
  const handBack = (key: string, uid: string) =>
    Effect.suspend(() => {
      busy.delete(uid)
      workers.delete(uid)
      const pod = latest(key)
      return pod?.metadata.uid === uid && isDue(pod)
        ? Effect.retry(removeObject(pod), Schedule.spaced("1 second"))
        : Effect.void
    })

  const work = Effect.fnUntraced(function*(pod: Pod, uid: string) {
    const worker = yield* makePodWorker(pod, { host: address, pod: options.network?.address(pod) ?? address }, logs)
    workers.set(uid, worker)
    yield* worker.saw(latest(keyOf(pod)) ?? pod)
    yield* worker.run.pipe(
      Effect.catchDefect((defect) =>
        Effect.logError("pod worker died").pipe(Effect.annotateLogs({ pod: keyOf(pod), defect: String(defect) }))
      )
    )
    yield* Effect.ignore(handBack(keyOf(pod), uid))
  }, Effect.scoped)

  /** The object is gone: nothing of the pod may stay. */
  const retire = (pod: Pod) => {
    const uid = pod.metadata.uid ?? ""
    const clean = FiberMap.remove(fibers, uid).pipe(
      Effect.andThen(Effect.sync(() => workers.delete(uid) && busy.delete(uid))),
      Effect.andThen(runtime.forget(pod)),
      Effect.andThen(logs.remove(uid))
    )
    return FiberMap.run(cleaning, uid, clean)
  }

  const reconcile = Effect.fnUntraced(function*(key: string) {
    const pod = latest(key)
    const before = met.get(key)
    if (before !== undefined && before.metadata.uid !== pod?.metadata.uid) {
      met.delete(key)
      yield* retire(before)
    }
    if (pod === undefined || pod.spec.nodeName !== nodeName) return undefined
    const uid = pod.metadata.uid ?? ""
    const isNew = !met.has(key)
    met.set(key, pod)
    if (busy.has(uid)) yield* workers.get(uid)?.saw(pod) ?? Effect.void
    else if (isNew && !hasEnded(pod)) {
      busy.add(uid)
      yield* FiberMap.run(fibers, uid, work(pod, uid))
    } else {
      if (isNew) yield* sealLogs(logs, pod)
      if (isDue(pod)) yield* removeObject(pod)
    }
    return undefined
  })

  const actor = runController({
    name: "kubelet",
    sources: [source(PodKind, pods, (pod) => [keyOf(pod)], { fieldSelector: `spec.nodeName=${nodeName}` })],
    reconcile
  })
  const registered = register({ name: nodeName, address, capacity }).pipe(
    Effect.tapError((error) => Effect.logWarning(error.message)),
    Effect.retry(Schedule.spaced("1 second"))
  )
  yield* Effect.forkScoped(Effect.andThen(registered, actor))

  const evict = Effect.fn("Kubelet.evict")(function*(ref: ObjectRef, message: string) {
    const uid = met.get(storeKey(ref))?.metadata.uid ?? ""
    yield* workers.get(uid)?.evict({ reason: "Evicted", message, disruption: true }) ?? Effect.void
  })

  return Kubelet.of({ nodeName, evict })
})
