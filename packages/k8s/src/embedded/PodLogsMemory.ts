/** Pod logs in memory, as lines. */
import { Effect, Layer, Stream } from "effect"
import { PodLogs } from "../PodLogs.ts"

export const layerPodLogsMemory: Layer.Layer<PodLogs> = Layer.succeed(PodLogs, {
  append: () => Effect.void,
  close: () => Effect.void,
  read: () => Stream.empty,
  remove: () => Effect.void
})
