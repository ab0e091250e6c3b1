/** Pod logs in memory, as lines. Of a long log the oldest lines are forgotten. */
import { Clock, Effect, Layer, Stream } from "effect"
import { type LogKey, type LogLine, PodLogs } from "../PodLogs.ts"
import { type LogFile, makeLogFile } from "./logs/LogFile.ts"

const make = (mostBytes: number): PodLogs["Service"] => {
  const pods = new Map<string, Map<string, LogFile>>()

  const existing = ({ container, podUid }: LogKey): LogFile | undefined => pods.get(podUid)?.get(container)
  const fileOf = (key: LogKey): LogFile => {
    const containers = pods.get(key.podUid) ?? new Map<string, LogFile>()
    pods.set(key.podUid, containers)
    const file = containers.get(key.container) ?? makeLogFile(mostBytes)
    containers.set(key.container, file)
    return file
  }

  return {
    append: (key, bytes) => Effect.map(Clock.currentTimeNanos, (nanos) => fileOf(key).append(bytes, nanos)),
    close: (key) => Effect.sync(() => existing(key)?.close()),
    read: (key, { follow }) =>
      Stream.suspend(() =>
        (follow ? fileOf(key) : existing(key))?.read(follow) ?? Stream.empty as Stream.Stream<LogLine>
      ),
    remove: (podUid) =>
      Effect.sync(() => {
        pods.get(podUid)?.forEach((file) => file.close())
        pods.delete(podUid)
      })
  }
}

/** Like a node's: 10 MiB per container. */
export const layerPodLogsMemory: Layer.Layer<PodLogs> = Layer.sync(PodLogs, () => make(10 * 1024 * 1024))
