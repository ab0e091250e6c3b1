/** Pod logs in memory, as lines, and where a folder is given also in files. Of a long log the oldest lines are forgotten. */
import { type LogKey, type LogLine, PodLogs } from "@orchestrator/k8s/PodLogs"
import { Clock, Effect, Layer, Stream } from "effect"
import { type LogFile, makeLogFile } from "./logs/LogFile.ts"
import { type LogFolder, logFolder } from "./logs/LogFolder.ts"

/** Like a node's: 10 MiB per container. */
const mostBytes = 10 * 1024 * 1024

const nowhere: LogFolder = { restore: () => [], keep: () => undefined, remove: () => undefined }

const make = (folder: LogFolder): PodLogs["Service"] => {
  const pods = new Map<string, Map<string, LogFile>>()

  /** The log of a container that this process has met, or that an earlier one has kept. */
  const existing = (key: LogKey): LogFile | undefined => {
    const known = pods.get(key.podUid)?.get(key.container)
    if (known !== undefined) return known
    const pieces = folder.restore(key)
    if (pieces.length === 0) return undefined
    const file = remember(key)
    for (const { bytes, nanos } of pieces) file.append(bytes, nanos)
    // Its container ended with the process that ran it.
    file.close()
    return file
  }
  const remember = ({ container, podUid }: LogKey): LogFile => {
    const file = makeLogFile(mostBytes)
    const containers = pods.get(podUid) ?? new Map<string, LogFile>()
    pods.set(podUid, containers.set(container, file))
    return file
  }
  const fileOf = (key: LogKey): LogFile => existing(key) ?? remember(key)

  const append = Effect.fnUntraced(function*(key: LogKey, bytes: Uint8Array) {
    const nanos = yield* Clock.currentTimeNanos
    fileOf(key).append(bytes, nanos)
    if (bytes.length > 0) yield* Effect.ignore(Effect.try(() => folder.keep(key, { bytes, nanos })))
  })

  return {
    append,
    close: (key) => Effect.sync(() => existing(key)?.close()),
    read: (key, { follow }) =>
      Stream.suspend(() =>
        (follow ? fileOf(key) : existing(key))?.read(follow) ?? Stream.empty as Stream.Stream<LogLine>
      ),
    remove: (podUid) =>
      Effect.sync(() => {
        pods.get(podUid)?.forEach((file) => file.close())
        pods.delete(podUid)
        folder.remove(podUid)
      })
  }
}

export const layerPodLogsMemory: Layer.Layer<PodLogs> = Layer.sync(PodLogs, () => make(nowhere))

/** Logs that outlive the process, in a folder of their own. */
export const layerPodLogsFolder = (folder: string): Layer.Layer<PodLogs> =>
  Layer.sync(PodLogs, () => make(logFolder(folder)))
