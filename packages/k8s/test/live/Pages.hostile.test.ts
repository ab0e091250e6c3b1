/** Lists of objects that are as large as an API server takes them: read in pages that fit, however many were asked for. */
import { assert, describe, live } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { ConfigMapKind } from "../../src/Kinds.ts"
import { KubernetesClient } from "../../src/KubernetesClient.ts"
import * as LiveClient from "../../src/live/LiveClient.ts"
import type { ConfigMap } from "../../src/Objects.ts"
import { reflect } from "../../src/Reflector.ts"
import { makeStore } from "../../src/Store.ts"
import { json, serve } from "./Server.ts"

const total = 40
const big = "x".repeat(1_200_000)

/** Pages of objects as an API server gives them: as many as asked for, and where the next begins. */
const pagesOf = (size: (index: number) => string) =>
  serve((request, response) => {
    const query = new URL(request.url ?? "", "http://localhost").searchParams
    if (query.get("watch") === "true") {
      return query.get("sendInitialEvents") === "true"
        ? json(response, 422, { kind: "Status", reason: "Invalid", message: "no such watches" })
        : void response.writeHead(200).flushHeaders()
    }
    const from = Number(query.get("continue") ?? 0)
    const limit = Number(query.get("limit") ?? total)
    const items = Array.from({ length: Math.min(limit, total - from) }, (_, index) => ({
      metadata: { name: `c${from + index}`, namespace: "ns", uid: `u${from + index}`, resourceVersion: "1" },
      data: { a: size(from + index) }
    }))
    const next = from + items.length < total ? String(from + items.length) : ""
    json(response, 200, { kind: "ConfigMapList", metadata: { resourceVersion: "9", continue: next }, items })
  })

const clientOf = (url: string, certificateAuthority: string | undefined) =>
  Effect.map(
    Layer.build(LiveClient.layerWith({ server: { url, certificateAuthority, token: Redacted.make("fake") } })),
    Context.get(KubernetesClient)
  )

const limitsOf = (urls: ReadonlyArray<string | undefined>) =>
  urls.map((url) => Number(new URL(url ?? "", "http://localhost").searchParams.get("limit")))

describe("a page of large objects", () => {
  live("has fewer of them, and says where the next begins", () =>
    Effect.gen(function*() {
      const server = yield* pagesOf(() => big)
      const client = yield* clientOf(server.url, server.certificateAuthority)
      const { items, metadata } = yield* client.list(ConfigMapKind, { limit: 500 })
      assert.isAbove(items.length, 0)
      assert.isAtMost(items.length * big.length, 8 * 1024 * 1024)
      assert.strictEqual(metadata.continue, String(items.length))
    }))

  live("of which each is larger than a page comes one by one", () =>
    Effect.gen(function*() {
      const server = yield* pagesOf(() => "x".repeat(9 * 1024 * 1024))
      const client = yield* clientOf(server.url, server.certificateAuthority)
      assert.strictEqual((yield* client.list(ConfigMapKind, { limit: 7 })).items.length, 1)
    }))

  live("of small ones is as large as it was asked for", () =>
    Effect.gen(function*() {
      const server = yield* pagesOf(() => "x")
      const client = yield* clientOf(server.url, server.certificateAuthority)
      assert.strictEqual((yield* client.list(ConfigMapKind, { limit: 30 })).items.length, 30)
      assert.strictEqual(server.requests().length, 1)
    }))

  live("and of small ones in turn: a reflector gets every one of them", () =>
    Effect.gen(function*() {
      const server = yield* pagesOf((index) => index % 10 < 5 ? big : "x")
      const client = yield* clientOf(server.url, server.certificateAuthority)
      const store = makeStore<ConfigMap>()
      yield* Effect.raceFirst(
        Effect.callback<void>((resume) => {
          const check = () => store.size() === total ? resume(Effect.void) : void setImmediate(check)
          check()
        }),
        reflect(ConfigMapKind, {
          store,
          project: ({ metadata }) => ({ metadata }),
          onChange: () => Effect.void,
          onSynced: Effect.void
        }).pipe(Effect.provideService(KubernetesClient, client))
      )
      assert.strictEqual(store.size(), total)
      // After a page that was too large it does not begin with the largest again.
      const limits = limitsOf(server.requests().map(({ url }) => url)).filter((limit) => limit > 0)
      assert.strictEqual(limits.filter((limit) => limit === 500).length, 1)
    }))
})
