/** Retention as it is carried out: by the leader, once an hour, a bounded number of attempts each time. What cannot be removed is said. */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Leadership } from "@orchestrator/k8s/leadership/Leadership"
import { Clock, Duration, Effect, FileSystem, Layer, Option, Random, Stream } from "effect"
import { openBucket } from "./BucketStore.ts"
import { expired, type KeptAttempt, type KeptFile, withFile } from "./Retention.ts"

/** Where evidence is kept, as far as retention needs it. */
interface Place {
  /** Of the namespace; paths are below the prefix. */
  readonly list: Stream.Stream<KeptFile, { readonly message: string }>
  readonly remove: (path: string) => Effect.Effect<void, { readonly message: string }>
}

/** Attempts that one pass removes; the others wait for the next. */
const mostRemoved = 1000
const often = Duration.hours(1)

/** Removes what may go; answers with how many attempts that were. */
export const sweep = Effect.fn("Evidence.sweep")(
  function*(place: Place, retention: OrchestratorConfig["evidence"]["retention"], namespace: string) {
    const attempts = yield* Stream.runFold(
      place.list,
      () => new Map<string, KeptAttempt>(),
      (known, file) => withFile(known, file, namespace)
    )
    const going = expired(attempts.values(), retention, yield* Clock.currentTimeMillis).slice(0, mostRemoved)
    yield* Effect.forEach(going.flatMap(({ files }) => files), place.remove, { concurrency: 4, discard: true })
    if (going.length > 0) yield* Effect.logInfo(`removed the evidence of ${going.length} attempts`)
    return going.length
  }
)

export const bucketPlace = Effect.fnUntraced(
  function*(config: NonNullable<OrchestratorConfig["evidence"]["bucket"]>, namespace: string) {
    const bucket = yield* openBucket(config)
    const prefix = config.prefix === "" ? "" : `${config.prefix}/`
    const place: Place = {
      list: bucket.list(`${prefix}${namespace}/`).pipe(
        Stream.map(({ key, ...file }) => ({ ...file, path: key.slice(prefix.length) }))
      ),
      remove: (path) => bucket.remove(`${prefix}${path}`)
    }
    return place
  }
)

/** Folders that become empty go as well. */
export const volumePlace = Effect.fnUntraced(function*(root: string, namespace: string) {
  const fs = yield* FileSystem.FileSystem
  const namesIn = (folder: string) => fs.readDirectory(folder).pipe(Effect.orElseSucceed((): Array<string> => []))
  const files = Effect.fnUntraced(function*(run: string) {
    const found: Array<KeptFile> = []
    for (const attempt of yield* namesIn(`${root}/${namespace}/${run}`)) {
      for (const file of yield* namesIn(`${root}/${namespace}/${run}/${attempt}`)) {
        const path = `${namespace}/${run}/${attempt}/${file}`
        const info = yield* Effect.option(fs.lstat(`${root}/${path}`))
        if (Option.isNone(info) || info.value.type !== "File") continue
        const modified = Option.match(info.value.mtime, { onNone: () => 0, onSome: (time) => time.getTime() })
        found.push({ path, bytes: Number(info.value.size), modified })
      }
    }
    return found
  })
  const removeIfEmpty = Effect.fnUntraced(function*(folder: string) {
    if ((yield* namesIn(folder)).length === 0) yield* Effect.ignore(fs.remove(folder, { recursive: true }))
  })
  const place: Place = {
    list: Stream.fromIterableEffect(namesIn(`${root}/${namespace}`)).pipe(
      Stream.mapEffect(files),
      Stream.flatMap((found) => Stream.fromIterable(found))
    ),
    remove: Effect.fnUntraced(function*(path) {
      yield* fs.remove(`${root}/${path}`, { force: true })
      const attempt = `${root}/${path.slice(0, path.lastIndexOf("/"))}`
      yield* removeIfEmpty(attempt)
      yield* removeIfEmpty(attempt.slice(0, attempt.lastIndexOf("/")))
    })
  }
  return place
})

/** For as long as the program runs. */
export const layerRetention = (
  { evidence: { bucket, retention, volume }, shard }: OrchestratorConfig,
  namespace: string
) =>
  Layer.effectDiscard(Effect.gen(function*() {
    // One of the shards does it for all of them.
    if ((bucket === undefined && volume === undefined) || shard.index !== 0) return
    const { leads } = yield* Leadership
    const place = yield* bucket === undefined
      ? volumePlace(volume?.folder ?? "", namespace)
      : bucketPlace(bucket, namespace)
    const pass = Effect.flatMap(leads, (leading) => leading ? sweep(place, retention, namespace) : Effect.void).pipe(
      Effect.catch(({ message }) => Effect.logWarning(`evidence that is too old could not be removed: ${message}`))
    )
    const spread = Effect.flatMap(Random.next, (random) => Effect.sleep(Duration.times(often, 1 + random / 5)))
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(spread, pass)))
  }))
