/** The end of a container's log: whoever follows it is done, also when nothing was ever printed. */
import type { Pod } from "@orchestrator/k8s/Objects"
import type { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Effect } from "effect"

export const sealLog = (logs: PodLogs["Service"], { metadata }: Pod, container: string): Effect.Effect<void> => {
  const key = { podUid: metadata.uid ?? "", container }
  return Effect.andThen(logs.append(key, new Uint8Array()), logs.close(key))
}

/** Of every container of the pod. */
export const sealLogs = (logs: PodLogs["Service"], pod: Pod): Effect.Effect<void> =>
  Effect.forEach(
    [...(pod.spec.initContainers ?? []), ...pod.spec.containers],
    ({ name }) => sealLog(logs, pod, name),
    { discard: true }
  )
