/**
 * Lets go of Jobs whose result is stored. How long a Job then stays is domain's Retention; that it goes is Kubernetes' doing, so
 * cleanup needs no timer of ours and survives every restart.
 */
import { jobFinalizer, releasedLabel } from "@orchestrator/domain/Labels"
import { JobKind } from "@orchestrator/k8s/Kinds"
import { type JsonPatchOperation, KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { Job } from "@orchestrator/k8s/Objects"
import { Context, Effect, Layer } from "effect"

export interface Release {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** Place of our finalizer in the Job's list. */
  readonly finalizerIndex: number
  /** Time to live after the end; undefined leaves the Job for ever. */
  readonly ttlSeconds: number | undefined
  /** Whether nobody shall hold it again. */
  readonly forGood?: boolean
}

export class Cleanup extends Context.Service<Cleanup, {
  /** Takes our finalizer off the Job with this UID and sets its time to live. Other finalizers stay. */
  readonly release: (release: Release) => Effect.Effect<Job, KubernetesError>
}>()("@orchestrator/controller/act/Cleanup") {
  static readonly layer = Layer.effect(
    Cleanup,
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      return Cleanup.of({
        release: Effect.fn("Cleanup.release")(({ name, namespace, ...release }: Release) =>
          client.patch(JobKind, { name, namespace }, { type: "json", body: releasePatch(release) })
        )
      })
    })
  )
}

const releasePatch = ({ finalizerIndex, forGood, ttlSeconds, uid }: Omit<Release, "name" | "namespace">) => {
  const finalizer = `/metadata/finalizers/${finalizerIndex}`
  return [
    { op: "test", path: "/metadata/uid", value: uid },
    { op: "test", path: finalizer, value: jobFinalizer },
    { op: "remove", path: finalizer },
    ...(forGood === true
      ? [{ op: "add", path: `/metadata/labels/${releasedLabel.replace("/", "~1")}`, value: "true" } as const]
      : []),
    ...(ttlSeconds === undefined
      ? []
      : [{ op: "add", path: "/spec/ttlSecondsAfterFinished", value: ttlSeconds } as const])
  ] satisfies ReadonlyArray<JsonPatchOperation>
}
