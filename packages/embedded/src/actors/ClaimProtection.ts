/**
 * Keeps a claim that is being deleted until no pod that has a node uses it, as kube-controller-manager's pvc-protection does: its
 * finalizer is on every claim from the start. A pod without a node keeps nothing.
 */
import { PersistentVolumeClaimKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { PersistentVolumeClaim, Pod } from "@orchestrator/k8s/Objects"
import { keyOf, runController, source } from "@orchestrator/k8s/runtime/SimpleController"
import { makeStore, storeKey } from "@orchestrator/k8s/Store"
import { Effect, Layer } from "effect"
import { claimProtection } from "../admission/ClaimRules.ts"
import { claimsOf } from "./SchedulePlan.ts"

/** Keys of the claims that a pod keeps. */
const usedBy = (pod: Pod): ReadonlyArray<string> =>
  pod.spec.nodeName === undefined || pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed"
    ? []
    : claimsOf(pod).map((name) => storeKey({ ...pod.metadata, name }))

const make = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const claims = makeStore<PersistentVolumeClaim>()
  const pods = makeStore<Pod>({ claim: usedBy })

  const reconcile = Effect.fnUntraced(function*(key: string) {
    const [namespace, name = ""] = key.split("/")
    const claim = claims.get({ name, namespace })
    const { deletionTimestamp, finalizers = [] } = claim?.metadata ?? {}
    if (claim === undefined || deletionTimestamp === undefined || !finalizers.includes(claimProtection)) {
      return undefined
    }
    if (pods.by("claim", key).length > 0) return undefined
    yield* client.replace(PersistentVolumeClaimKind, {
      ...claim,
      metadata: { ...claim.metadata, finalizers: finalizers.filter((finalizer) => finalizer !== claimProtection) }
    })
    return undefined
  })

  return yield* runController({
    name: "claim-protection",
    sources: [
      source(PersistentVolumeClaimKind, claims, (claim) => [keyOf(claim)]),
      source(PodKind, pods, (pod) => claimsOf(pod).map((name) => storeKey({ ...pod.metadata, name })))
    ],
    reconcile
  })
})

/** Runs in the background of its scope. */
export const layer: Layer.Layer<never, never, KubernetesClient> = Layer.effectDiscard(Effect.forkScoped(make))
