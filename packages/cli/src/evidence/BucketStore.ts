/** Evidence in the bucket that brokers put it into, read with a key of the orchestrator's own. */
import { type Bucket, type BucketError, makeBucket } from "@orchestrator/agent/bucket/Bucket"
import { bucketKeyFiles, evidenceFolder } from "@orchestrator/domain/Evidence"
import type { EvidenceConfig } from "@orchestrator/domain/OrchestratorConfig"
import { type EvidenceStore, EvidenceTrouble } from "@orchestrator/http/services/EvidenceStore"
import { Effect, FileSystem, Record, Redacted, Result, Stream } from "effect"

type BucketConfig = NonNullable<EvidenceConfig["bucket"]>

/** The key as files of a Secret that is mounted; both or none. */
const readKey = (folder: string) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const names = Record.map(bucketKeyFiles, (name) => name)
    const [accessKeyId = "", secretAccessKey = ""] = yield* Effect.forEach(
      [names["evidence-access-key-id"], names["evidence-secret-access-key"]],
      (name) =>
        fs.readFileString(`${folder}/${name}`).pipe(Effect.map((text) => text.trim()), Effect.orElseSucceed(() => ""))
    )
    return accessKeyId === "" || secretAccessKey === ""
      ? Result.fail(
        `expected the files ${
          Object.values(bucketKeyFiles).join(" and ")
        } in ${folder} (evidence.bucket.readerSecret of the chart)`
      )
      : Result.succeed({ accessKeyId, secretAccessKey: Redacted.make(secretAccessKey) })
  })

export const openBucket = Effect.fnUntraced(function*(config: BucketConfig) {
  const fs = yield* FileSystem.FileSystem
  return yield* makeBucket(
    config,
    readKey(config.readerFolder).pipe(Effect.provideService(FileSystem.FileSystem, fs))
  )
})

const trouble = ({ message }: BucketError) =>
  new EvidenceTrouble({
    reason: message,
    hint: "Retry later; where it lasts, the orchestrator's administrator has to look at evidence.bucket"
  })

export const bucketStore = (bucket: Bucket, { name, prefix }: BucketConfig): EvidenceStore["Service"] => ({
  source: "bucket",
  open: (query) =>
    bucket.get(`${evidenceFolder(query, prefix)}/${query.file}`).pipe(
      Effect.map((stream) => stream === undefined ? undefined : Stream.mapError(stream, trouble)),
      Effect.mapError(trouble)
    ),
  whyNone: () =>
    `the bucket ${name} has none. The attempt has not ended, did not deliver anything, was kept for its time, or could not be kept: then the run's message says why`
})
