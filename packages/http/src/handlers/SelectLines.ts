/** Which lines of a log are meant by `since` and `tail`, for logs that no kubelet serves. Pure. */
import type { PodLogOptions } from "@orchestrator/k8s/KubernetesClient"
import { DateTime, Option } from "effect"

const duration = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$/

/** What `since` says, in the terms of a pod's log. */
export const sinceOf = (since: string | undefined): Pick<PodLogOptions, "sinceSeconds" | "sinceTime"> => {
  if (since === undefined) return {}
  const parts = duration.exec(since)
  if (parts !== null) {
    const [hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0))
    return { sinceSeconds: Math.max(1, hours * 3600 + minutes * 60 + seconds) }
  }
  return Option.match(DateTime.make(since), {
    onNone: () => ({}),
    onSome: (time) => ({ sinceTime: DateTime.formatIso(time) })
  })
}
