/** Deletion: preconditions, grace of pods, finalizers of the object and of its propagation policy. */
import type { DeleteOptions } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { Pod } from "@orchestrator/k8s/Objects"
import { Result } from "effect"
import { foregroundFinalizer, orphanFinalizer } from "../objects/Finalizers.ts"
import { preconditionFailed } from "../objects/Refusal.ts"
import { type StoredObject, viewAs } from "../objects/StoredObject.ts"
import { isKept, settled } from "./Update.ts"
import { type PlannedWrite, timeOf, type WriteContext } from "./WritePlan.ts"

export const decideDelete = (context: WriteContext, previous: StoredObject, options: DeleteOptions): PlannedWrite =>
  Result.map(preconditions(context, previous, options), () => {
    const { metadata } = previous
    const finalizers = finalizersFor(metadata.finalizers ?? [], options.propagationPolicy)
    const grace = graceOf(context, previous, options)
    if (finalizers.length === 0 && grace === 0 && !isKept(previous)) {
      return { object: previous, changes: [removal(context, previous)] }
    }
    return settled(context, previous, terminating(marked(context, previous, finalizers, grace)))
  })

const removal = ({ served: { resource } }: WriteContext, previous: StoredObject) => ({
  type: "DELETED" as const,
  resource,
  object: previous,
  previous
})

const preconditions = (
  { served: { kind } }: WriteContext,
  { metadata }: StoredObject,
  { resourceVersion, uid }: DeleteOptions
): Result.Result<void, KubernetesErrorReason> => {
  if (uid !== undefined && uid !== metadata.uid) {
    return Result.fail(preconditionFailed(kind, metadata.name, "UID", uid, metadata.uid))
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    return Result.fail(
      preconditionFailed(kind, metadata.name, "ResourceVersion", resourceVersion, metadata.resourceVersion)
    )
  }
  return Result.succeed(undefined)
}

const finalizersFor = (
  finalizers: ReadonlyArray<string>,
  policy: DeleteOptions["propagationPolicy"]
): ReadonlyArray<string> => {
  if (policy === undefined) return finalizers
  const others = finalizers.filter((finalizer) => finalizer !== foregroundFinalizer && finalizer !== orphanFinalizer)
  if (policy === "Foreground") return [...others, foregroundFinalizer]
  if (policy === "Orphan") return [...others, orphanFinalizer]
  return others
}

/** Seconds that the object is given to end. Only pods that run somewhere get any. */
const graceOf = ({ served: { kind } }: WriteContext, object: StoredObject, options: DeleteOptions): number => {
  if (kind.group !== "" || kind.kind !== "Pod") return 0
  const { spec, status } = viewAs<Pod>(object)
  const placed = spec.nodeName !== undefined && spec.nodeName !== ""
  if (!placed || status?.phase === "Succeeded" || status?.phase === "Failed") return 0
  return Math.max(options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30, 0)
}

/** The object as being deleted. A later deletion may shorten the grace, never lengthen it. */
const marked = (
  { millis, now }: WriteContext,
  previous: StoredObject,
  finalizers: ReadonlyArray<string>,
  grace: number
): StoredObject => {
  const { metadata } = previous
  const { finalizers: _finalizers, ...rest } = metadata
  const kept = finalizers.length === 0 ? {} : { finalizers }
  if (metadata.deletionTimestamp !== undefined && grace >= (metadata.deletionGracePeriodSeconds ?? 0)) {
    return { ...previous, metadata: { ...rest, ...kept } }
  }
  const begun = metadata.deletionTimestamp !== undefined
  return {
    ...previous,
    metadata: {
      ...rest,
      ...kept,
      ...(metadata.generation === undefined || begun ? {} : { generation: metadata.generation + 1 }),
      deletionTimestamp: grace === 0 ? now : timeOf(millis + grace * 1000),
      deletionGracePeriodSeconds: grace
    }
  }
}

const terminating = (object: StoredObject): StoredObject =>
  isKept(object) ? { ...object, status: { phase: "Terminating" } } : object
