/**
 * Deletes finished runs and workspaces, each only as it was when that was decided: a run that was asked for again, or a claim that was given
 * to somebody, has changed since, and stays. What time it is by the API server's clock is asked of it as well.
 */
import { ConfigMapKind, PersistentVolumeClaimKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { Pod } from "@orchestrator/k8s/Objects"
import type { Identity } from "@orchestrator/k8s/Store"
import { Clock, Context, DateTime, Effect, Layer, Option } from "effect"
import type { FinishedRun } from "../facts/FinishedRun.ts"
import { runKinds } from "../kinds/RunKinds.ts"

export class Removal extends Context.Service<Removal, {
  /** With what belongs to it. */
  readonly run: (run: FinishedRun) => Effect.Effect<void, KubernetesError>
  readonly workspace: (claim: Identity) => Effect.Effect<void, KubernetesError>
  /** Names of the pods that mount a claim and are not over, whoever made them. */
  readonly podsIn: (claim: Identity) => Effect.Effect<ReadonlyArray<string>, KubernetesError>
  /** By the API server's clock; undefined: it does not say. */
  readonly serverTime: (namespace: string) => Effect.Effect<DateTime.Utc | undefined, KubernetesError>
}>()("@orchestrator/controller/act/Removal") {
  static readonly layer = Layer.effect(
    Removal,
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      return Removal.of({
        run: Effect.fn("Removal.run")(({ kind, name, namespace, resourceVersion, uid }: FinishedRun) =>
          Effect.asVoid(client.delete(runKinds[kind].resource, { name, namespace }, { uid, resourceVersion }))
        ),
        workspace: Effect.fn("Removal.workspace")(({ name, namespace, resourceVersion, uid }: Identity) =>
          Effect.asVoid(client.delete(PersistentVolumeClaimKind, { name, namespace }, { uid, resourceVersion }))
        ),
        podsIn: Effect.fn("Removal.podsIn")(({ name, namespace }: Identity) =>
          Effect.map(client.list(PodKind, { namespace }), ({ items }) => podsMounting(items, name))
        ),
        // Nothing is made: what would be carries the time.
        serverTime: Effect.fn("Removal.serverTime")((namespace: string) =>
          Effect.flatMap(Clock.currentTimeMillis, (millis) =>
            client.create(
              ConfigMapKind,
              { metadata: { name: `orchestrator-time-${millis}`, namespace } },
              { dryRun: true }
            )).pipe(
              Effect.map(({ metadata }) => Option.getOrUndefined(DateTime.make(metadata.creationTimestamp ?? "")))
            )
        )
      })
    })
  )
}

/** Names of those that mount a claim and are not over. */
export const podsMounting = (pods: ReadonlyArray<Pod>, claim: string): ReadonlyArray<string> =>
  pods.filter((pod) => mounts(pod, claim)).map(({ metadata }) => metadata.name ?? "")

const mounts = ({ spec, status }: Pod, claim: string): boolean =>
  status?.phase !== "Succeeded" && status?.phase !== "Failed" &&
  spec.volumes?.some((volume) => volume.persistentVolumeClaim?.claimName === claim) === true
