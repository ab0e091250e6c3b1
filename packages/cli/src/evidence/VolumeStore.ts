/** Evidence on a volume that is mounted here, of which each broker sees the folder of its own attempt. */
import { evidenceFolder } from "@orchestrator/domain/Evidence"
import { type EvidenceStore, EvidenceTrouble } from "@orchestrator/http/services/EvidenceStore"
import { Effect, FileSystem, type PlatformError, Stream } from "effect"

const trouble = ({ message }: PlatformError.PlatformError) =>
  new EvidenceTrouble({ reason: `the volume cannot be read: ${message}`, hint: "Look at evidence.volume.folder" })

/** Brokers alone write there; still nothing but a file is opened. */
export const volumeStore = (folder: string) =>
  Effect.map(FileSystem.FileSystem, (fs): EvidenceStore["Service"] => ({
    source: "volume",
    open: Effect.fnUntraced(function*(query) {
      const path = `${folder}/${evidenceFolder(query)}/${query.file}`
      const isFile = yield* fs.lstat(path).pipe(
        Effect.map(({ type }) => type === "File"),
        Effect.orElseSucceed(() => false)
      )
      return isFile ? Stream.mapError(fs.stream(path), trouble) : undefined
    }),
    whyNone: () =>
      "the volume has none. The attempt has not ended, did not deliver anything, was kept for its time, or could not be kept: then the run's message says why"
  }))
