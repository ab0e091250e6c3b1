/**
 * Where a node keeps what its containers print. The embedded cluster serves `kubectl logs` from it; the node writes to it. Logs stay
 * until the pod object is removed.
 */
import { Context, type Effect, type Stream } from "effect"

/** One container of one pod, by UID so that a recreated pod has a log of its own. */
export interface LogKey {
  readonly podUid: string
  readonly container: string
}

export class PodLogs extends Context.Service<PodLogs, {
  /** Appends what was printed at this time. Text may end anywhere, also within a line. */
  readonly append: (key: LogKey, bytes: Uint8Array) => Effect.Effect<void>
  /** The container prints no more; followers end. */
  readonly close: (key: LogKey) => Effect.Effect<void>
  /** Lines with the time each was begun; with `follow`, until the log is closed. Nothing when there is no such log. */
  readonly read: (key: LogKey, options: { readonly follow: boolean }) => Stream.Stream<LogLine>
  /** Forgets the logs of a pod. */
  readonly remove: (podUid: string) => Effect.Effect<void>
}>()("@orchestrator/k8s/PodLogs") {}

export interface LogLine {
  /** RFC 3339 with nanoseconds. */
  readonly time: string
  /** Without the line break. */
  readonly text: string
}
