/** Evidence in a bucket, as the HTTP API reads it and as retention removes it. */
import { NodeHttpClient, NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { codeRun } from "@orchestrator/domain/kinds/CodeRunKind"
import type { EvidenceQuery } from "@orchestrator/http/services/EvidenceStore"
import { Clock, Effect, Layer, Stream } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { key, placeOf, startS3 } from "../../../../tools/agent/S3.ts"
import { bucketStore, openBucket } from "../../src/evidence/BucketStore.ts"
import { bucketPlace, sweep } from "../../src/evidence/Sweep.ts"

const uid = "3f9c2a1b-1111-4222-8333-444455556666"
const query: EvidenceQuery = {
  kind: codeRun,
  run: { apiVersion: "orchestrator.platform/v1", kind: "CodeRun", metadata: { name: "a", uid }, spec: {} },
  namespace: "ns",
  uid,
  attempt: { contextVersion: 2, retry: 1 },
  file: "log.txt"
}

const started = Effect.gen(function*() {
  const s3 = yield* startS3
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "key-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true }))
  )
  const keep = (secret: string) => {
    writeFileSync(join(folder, "AWS_ACCESS_KEY_ID"), `${key.id}\n`)
    writeFileSync(join(folder, "AWS_SECRET_ACCESS_KEY"), `${secret}\n`)
  }
  const config = { ...placeOf(s3), prefix: "team", writerSecret: "writer", readerFolder: folder }
  const store = bucketStore(yield* openBucket(config), config)
  const put = (path: string, ageDays = 0) =>
    Effect.map(
      Clock.currentTimeMillis,
      (now) => s3.objects.set(path, { bytes: Buffer.from(`of ${path}\n`), modified: now - ageDays * 86_400_000 })
    )
  return { config, keep, put, s3, store }
})

const live = Layer.merge(NodeServices.layer, NodeHttpClient.layerNodeHttp)

describe("evidence in a bucket", () => {
  it.live("is read by run, attempt and file, with a key that may have been renewed", () =>
    Effect.gen(function*() {
      const { keep, put, store } = yield* started
      keep(key.secret)
      yield* put(`team/ns/${uid}/2-r1/log.txt`)
      const stream = yield* store.open(query)
      assert.strictEqual(
        yield* Stream.mkString(Stream.decodeText(stream ?? Stream.empty)),
        `of team/ns/${uid}/2-r1/log.txt\n`
      )
      assert.isUndefined(yield* store.open({ ...query, attempt: { contextVersion: 2, retry: 0 } }))
      assert.isUndefined(yield* store.open({ ...query, uid: "../../other" }))
      keep("wrong-fake-secret")
      const trouble = yield* Effect.flip(store.open(query))
      assert.match(trouble.reason, /SignatureDoesNotMatch/)
      assert.notInclude(JSON.stringify(trouble), "fake-secret")
      keep(key.secret)
      assert.isDefined(yield* store.open(query))
    }).pipe(Effect.scoped, Effect.provide(live)))

  it.live("is not asked for without a key, which is said", () =>
    Effect.gen(function*() {
      const { s3, store } = yield* started
      assert.match((yield* Effect.flip(store.open(query))).reason, /AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/)
      assert.deepStrictEqual(s3.asked, [])
    }).pipe(Effect.scoped, Effect.provide(live)))

  it.live("goes when it is too old, and what others have there stays", () =>
    Effect.gen(function*() {
      const { config, keep, put, s3 } = yield* started
      keep(key.secret)
      const young = `team/ns/${uid}/3/log.txt`
      const others = [
        "team/ns/notes.txt",
        `ns/${uid}/1/log.txt`,
        `team/ns2/${uid}/1/log.txt`,
        `team/ns/${uid}/1/log.txt.bak`
      ]
      for (const path of others) yield* put(path, 400)
      yield* put(young, 1)
      for (const file of ["log.txt", "transcript.jsonl", "result.json"]) yield* put(`team/ns/${uid}/1/${file}`, 40)
      const place = yield* bucketPlace(config, "ns")
      assert.strictEqual(yield* sweep(place, { days: 30, mebibytes: 0 }, "ns"), 1)
      assert.deepStrictEqual([...s3.objects.keys()].sort(), [...others, young].sort())
      s3.failures.push(503)
      assert.match((yield* Effect.flip(sweep(place, { days: 30, mebibytes: 0 }, "ns"))).message, /503/)
    }).pipe(Effect.scoped, Effect.provide(live)))
})
