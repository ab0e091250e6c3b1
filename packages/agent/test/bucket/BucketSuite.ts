/** What a bucket does, whoever serves it: the double of the tests, and a real server. */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import type { BucketPlace } from "@orchestrator/domain/Evidence"
import { Effect, Redacted, Result, type Scope, Stream } from "effect"
import type { HttpClient } from "effect/http"
import { makeBucket } from "../../src/bucket/Bucket.ts"

export interface Server {
  readonly place: BucketPlace
  readonly key: { readonly id: string; readonly secret: string }
}

const bytes = (text: string) => new TextEncoder().encode(text)

const open = ({ key, place }: Server, changes: Partial<BucketPlace> = {}, secret = key.secret) =>
  makeBucket(
    { ...place, ...changes },
    Effect.succeed(Result.succeed({ accessKeyId: key.id, secretAccessKey: Redacted.make(secret) }))
  )

export const bucketSuite = (started: Effect.Effect<Server, unknown, Scope.Scope>) => {
  const live = <A, E>(effect: Effect.Effect<A, E, Scope.Scope | HttpClient.HttpClient>) =>
    effect.pipe(Effect.provide(NodeHttpClient.layerNodeHttp), Effect.scoped)

  it.live("gives back what was put, lists it page by page, and forgets what is removed", () =>
    live(Effect.gen(function*() {
      const bucket = yield* open(yield* started)
      const keys = [
        "team/ns/u-1/1/log.txt",
        "team/ns/u-1/1/result.json",
        "team/ns/u-1/2-r1/log.txt",
        "team/ns/u-2/1/log.txt"
      ]
      for (const key of keys) yield* bucket.put(key, bytes(`of ${key} \u{1f600}`), "text/plain; charset=utf-8")
      const text = yield* bucket.get(keys[0] ?? "")
      assert.isDefined(text)
      assert.strictEqual(
        yield* Stream.mkString(Stream.decodeText(text ?? Stream.empty)),
        `of ${keys[0]} \u{1f600}`
      )
      const listed = yield* Stream.runCollect(bucket.list("team/ns/u-1/"))
      assert.deepStrictEqual([...listed].map(({ key }) => key), keys.slice(0, 3))
      for (const { bytes, modified } of listed) {
        assert.isAbove(bytes, 10)
        assert.isBelow(Math.abs(Date.now() - modified), 60_000)
      }
      yield* bucket.remove(keys[0] ?? "")
      yield* bucket.remove("team/ns/u-1/1/never-there")
      assert.isUndefined(yield* bucket.get(keys[0] ?? ""))
      assert.strictEqual((yield* Stream.runCollect(bucket.list("team/"))).length, 3)
    })))

  it.live("replaces what was there, keeps bytes as they are, and what is empty", () =>
    live(Effect.gen(function*() {
      const bucket = yield* open(yield* started)
      const all = new Uint8Array(3_000_000).map((_, at) => at % 251)
      yield* bucket.put("k", bytes("before"), "text/plain")
      yield* bucket.put("k", all, "application/octet-stream")
      yield* bucket.put("empty", new Uint8Array(), "text/plain")
      const read = (key: string) =>
        Effect.flatMap(bucket.get(key), (stream) => Stream.mkUint8Array(stream ?? Stream.make(bytes("none"))))
      assert.isTrue(Buffer.from(all).equals(yield* read("k")))
      assert.strictEqual((yield* read("empty")).length, 0)
    })))

  it.live.each<[string, (server: Server) => ReturnType<typeof open>, RegExp]>([
    ["a wrong key", (server) => open(server, {}, "wrong-fake-secret"), /403 \(SignatureDoesNotMatch.*check the key/],
    [
      "no such bucket",
      (server) => open(server, { name: "no-such-bucket" }),
      /no-such-bucket.*(NoSuchBucket|check the bucket)/
    ],
    ["no server", (server) => open(server, { endpoint: "http://127.0.0.1:9" }), /ECONNREFUSED/]
  ])("says what is wrong: %s", ([, opened, words]) =>
    live(Effect.gen(function*() {
      const bucket = yield* opened(yield* started)
      const put = yield* Effect.flip(bucket.put("a", bytes("x"), "text/plain"))
      assert.match(put.message, words)
      assert.notInclude(put.message, "fake-secret")
      assert.strictEqual((yield* Effect.flip(Stream.runDrain(bucket.list("")))).operation, "list")
    })))
}
