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

/** Whether the claim is being deleted, and only held by us. */
const isHeld = ({ metadata: { deletionTimestamp, finalizers = [] } }: PersistentVolumeClaim): boolean =>
  deletionTimestamp !== undefined && finalizers.includes(claimProtection)

const make = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const claims = makeStore<PersistentVolumeClaim>()
  const pods = makeStore<Pod>({ claim: usedBy })

  const keyFor = ({ metadata: { namespace } }: Pod, name: string) => storeKey({ namespace, name })
  const isHeldAt = ({ metadata: { namespace } }: Pod, name: string): boolean => {
    const claim = claims.get({ namespace, name })
    return claim !== undefined && isHeld(claim)
  }

  const reconcile = Effect.fnUntraced(function*(key: string) {
    const [namespace, name = ""] = key.split("/")
    const claim = claims.get({ name, namespace })
    if (claim === undefined || !isHeld(claim) || pods.by("claim", key).length > 0) return undefined
    const { finalizers = [] } = claim.metadata
    yield* client.replace(PersistentVolumeClaimKind, {
      ...claim,
      metadata: { ...claim.metadata, finalizers: finalizers.filter((finalizer) => finalizer !== claimProtection) }
    })
    return undefined
  })

  return yield* runController({
    name: "claim-protection",
    sources: [
      source(PersistentVolumeClaimKind, claims, (claim) => isHeld(claim) ? [keyOf(claim)] : []),
      source(
        PodKind,
        pods,
        (pod) => claimsOf(pod).filter((name) => isHeldAt(pod, name)).map((name) => keyFor(pod, name))
      )
    ],
    reconcile
  })
})

/** Runs in the background of its scope. */
export const layer: Layer.Layer<never, never, KubernetesClient> = Layer.effectDiscard(Effect.forkScoped(make))
