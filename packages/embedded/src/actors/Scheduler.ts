/** The scheduler: gives every pod a node, and says why where there is none. */
import { NodeKind, PersistentVolumeClaimKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { Node, ObjectCondition, PersistentVolumeClaim, Pod } from "@orchestrator/k8s/Objects"
import { keyOf, runController, source } from "@orchestrator/k8s/runtime/SimpleController"
import { makeStore, storeKey } from "@orchestrator/k8s/Store"
import { Clock, Effect, Layer } from "effect"
import { equalJson } from "../objects/Share.ts"
import { withCondition } from "./Conditions.ts"
import { claimsOf, type Placement, placePod, wantsNode } from "./SchedulePlan.ts"
import { timestamp } from "./Timestamps.ts"

const scheduled = (now: number, placement: Placement): ObjectCondition => ({
  type: "PodScheduled",
  lastTransitionTime: timestamp(now),
  ...(placement._tag === "Bind"
    ? { status: "True" }
    : { status: "False", reason: "Unschedulable", message: placement.message })
})

const make = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const pods = makeStore<Pod>({
    waiting: (pod) => wantsNode(pod) ? [""] : [],
    claim: (pod) => wantsNode(pod) ? claimsOf(pod).map((name) => storeKey({ ...pod.metadata, name })) : []
  })
  const nodes = makeStore<Node>()
  const claims = makeStore<PersistentVolumeClaim>()

  const withPlacement = Effect.fnUntraced(function*(pod: Pod, placement: Placement) {
    const now = yield* Clock.currentTimeMillis
    const conditions = withCondition(pod.status?.conditions, scheduled(now, placement))
    return { ...pod, status: { ...pod.status, conditions } }
  })

  /** A bound pod leaves what is watched: nothing of it may stay in the store. */
  const bind = Effect.fnUntraced(function*(pod: Pod, placement: Placement & { readonly _tag: "Bind" }) {
    const { name = "", namespace, resourceVersion } = pod.metadata
    const body = { metadata: { resourceVersion }, spec: { nodeName: placement.node } }
    const bound = yield* client.patch(PodKind, { name, namespace }, { type: "merge", body })
    yield* client.replaceStatus(PodKind, yield* withPlacement(bound, placement))
  })

  const report = Effect.fnUntraced(function*(pod: Pod, placement: Placement) {
    const reported = yield* withPlacement(pod, placement)
    if (!equalJson(reported.status, pod.status)) pods.wrote(yield* client.replaceStatus(PodKind, reported))
  })

  const reconcile = Effect.fnUntraced(function*(key: string) {
    const [namespace = "", name = ""] = key.split("/")
    const pod = pods.get({ name, namespace })
    if (pod === undefined || !wantsNode(pod)) return undefined
    const placement = placePod(pod, [...nodes.values()], (claim) => claims.get({ namespace, name: claim }))
    yield* placement._tag === "Bind" ? bind(pod, placement) : report(pod, placement)
    return undefined
  })

  return yield* runController({
    name: "scheduler",
    sources: [
      source(PodKind, pods, (pod) => wantsNode(pod) ? [keyOf(pod)] : [], { fieldSelector: "spec.nodeName=" }),
      source(NodeKind, nodes, () => pods.by("waiting", "").map(keyOf)),
      source(PersistentVolumeClaimKind, claims, (claim) => pods.by("claim", keyOf(claim)).map(keyOf))
    ],
    reconcile
  })
})

/** Runs in the background of its scope. */
export const layer: Layer.Layer<never, never, KubernetesClient> = Layer.effectDiscard(Effect.forkScoped(make))
