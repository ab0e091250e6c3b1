/** Binds every PersistentVolumeClaim to a volume of its own, as a storage provisioner would; the node makes the folder. */
import { PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { PersistentVolumeClaim } from "@orchestrator/k8s/Objects"
import { keyOf, runController, source } from "@orchestrator/k8s/runtime/SimpleController"
import { makeStore } from "@orchestrator/k8s/Store"
import { Context, Effect, Latch, Layer } from "effect"

/** For tests: no claim is bound between `hold` and `release`. */
export class ClaimBinder extends Context.Service<ClaimBinder, {
  readonly hold: Effect.Effect<void>
  readonly release: Effect.Effect<void>
}>()("@orchestrator/embedded/actors/ClaimBinder") {
  /** Runs in the background of its scope. */
  static readonly layer: Layer.Layer<ClaimBinder, never, KubernetesClient> = Layer.effect(
    ClaimBinder,
    Effect.gen(function*() {
      const gate = yield* Latch.make(true)
      yield* Effect.forkScoped(bindClaims(gate))
      return ClaimBinder.of({ hold: Effect.asVoid(gate.close), release: Effect.asVoid(gate.open) })
    })
  )
}

const isBound = ({ metadata, spec, status }: PersistentVolumeClaim): boolean =>
  metadata.deletionTimestamp !== undefined || (spec.volumeName !== undefined && status?.phase === "Bound")

/** The claim with its volume, and the status that says so. */
const bound = (claim: PersistentVolumeClaim): PersistentVolumeClaim => ({
  ...claim,
  spec: { ...claim.spec, volumeName: claim.spec.volumeName ?? `pvc-${claim.metadata.uid ?? ""}` },
  status: {
    ...claim.status,
    phase: "Bound",
    ...(claim.spec.accessModes === undefined ? {} : { accessModes: claim.spec.accessModes }),
    ...(claim.spec.resources?.requests === undefined ? {} : { capacity: claim.spec.resources.requests })
  }
})

const bindClaims = Effect.fnUntraced(function*(gate: Latch.Latch) {
  const client = yield* KubernetesClient
  const claims = makeStore<PersistentVolumeClaim>()

  const reconcile = Effect.fnUntraced(function*(key: string) {
    yield* gate.await
    const [namespace, name = ""] = key.split("/")
    const claim = claims.get({ name, namespace })
    if (claim === undefined || isBound(claim)) return undefined
    const named = claim.spec.volumeName === undefined
      ? yield* client.replace(PersistentVolumeClaimKind, bound(claim))
      : claim
    claims.wrote(yield* client.replaceStatus(PersistentVolumeClaimKind, bound(named)))
    return undefined
  })

  return yield* runController({
    name: "claim-binder",
    sources: [source(PersistentVolumeClaimKind, claims, (claim) => isBound(claim) ? [] : [keyOf(claim)])],
    reconcile
  })
})
