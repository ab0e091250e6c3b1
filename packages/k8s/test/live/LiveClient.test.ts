import { assert, describe, live } from "@effect/vitest"
import { Context, Deferred, Duration, Effect, Fiber, Layer, Redacted, Ref, Stream } from "effect"
import { gzipSync } from "node:zlib"
import { ConfigMapKind, PodKind } from "../../src/Kinds.ts"
import { KubernetesClient } from "../../src/KubernetesClient.ts"
import type { Access } from "../../src/live/Access.ts"
import { connect } from "../../src/live/Connection.ts"
import { makeDeadlines } from "../../src/live/Deadlines.ts"
import * as LiveClient from "../../src/live/LiveClient.ts"
import { makeReachability } from "../../src/live/Reachability.ts"
import { makeServerClock } from "../../src/live/ServerClock.ts"
import * as Transport from "../../src/live/Transport.ts"
import { json, serve, type Served } from "./Server.ts"

const clientOf = (server: Served, options: LiveClient.LiveOptions = {}) =>
  Effect.map(
    Layer.build(LiveClient.layerWith({
      server: { url: server.url, certificateAuthority: server.certificateAuthority, token: Redacted.make("fake") },
      ...options
    })),
    Context.get(KubernetesClient)
  )

const emptyList = { kind: "ConfigMapList", apiVersion: "v1", metadata: { resourceVersion: "1" }, items: [] }

const object = { metadata: { name: "x", namespace: "ns" } }

describe("requests", () => {
  live("share connections: never more handshakes than the pool has places", () =>
    Effect.gen(function*() {
      const server = yield* serve((_, response) => json(response, 200, emptyList))
      const client = yield* clientOf(server, { connections: 3 })
      yield* Effect.forEach(Array.from({ length: 60 }), () => client.list(ConfigMapKind), { concurrency: 20 })
      assert.strictEqual(server.requests().length, 60)
      assert.isAtMost(server.handshakes(), 3)
    }))

  live("say who asks, what for and how", () =>
    Effect.gen(function*() {
      const server = yield* serve((_, response) => json(response, 200, object))
      const client = yield* clientOf(server)
      yield* client.create(ConfigMapKind, object, { dryRun: true, fieldManager: "me", fieldValidation: "Strict" })
      yield* client.patch(ConfigMapKind, object.metadata, { type: "apply", body: {}, fieldManager: "you", force: true })
      yield* client.replaceStatus(PodKind, { ...object, spec: { containers: [] } })
      const sent = server.requests().map(({ headers, method, url }) => [method, url, headers["content-type"]])
      const base = "/api/v1/namespaces/ns"
      assert.deepStrictEqual(sent, [
        ["POST", `${base}/configmaps?dryRun=All&fieldManager=me&fieldValidation=Strict`, "application/json"],
        ["PATCH", `${base}/configmaps/x?fieldManager=you&force=true`, "application/apply-patch+yaml"],
        ["PUT", `${base}/pods/x/status`, "application/json"]
      ])
      assert.strictEqual(server.requests()[0]?.headers.authorization, "Bearer fake")
    }))

  live("unpack compressed lists, and name the kind of their items", () =>
    Effect.gen(function*() {
      const list = { ...emptyList, items: [{ metadata: { name: "x" } }] }
      const server = yield* serve((request, response) => {
        assert.strictEqual(request.headers["accept-encoding"], "gzip")
        response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(JSON.stringify(list)))
      })
      const { items } = yield* Effect.flatMap(clientOf(server), (client) => client.list(ConfigMapKind))
      assert.deepStrictEqual(items, [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" } }])
    }))

  live.each([
    {
      name: "a Status",
      status: 409,
      body: { kind: "Status", reason: "AlreadyExists", message: "m" },
      want: "AlreadyExists"
    },
    { name: "no Status", status: 502, body: "<html>bad gateway</html>", want: "ServerError" },
    { name: "JSON that is no object", status: 200, body: [1], want: "Malformed" },
    { name: "an object without metadata", status: 200, body: { a: 1 }, want: "Malformed" },
    { name: "more than the limit", status: 200, body: { metadata: { name: "x".repeat(2000) } }, want: "Malformed" }
  ])("$name is $want", ({ body, status, want }) =>
    Effect.gen(function*() {
      const server = yield* serve((_, response) => json(response, status, body))
      const client = yield* clientOf(server, { maxResponseBytes: 1000 })
      const error = yield* Effect.flip(client.get(ConfigMapKind, { name: "x", namespace: "ns" }))
      assert.strictEqual(error.reason._tag, want)
      assert.strictEqual(error.operation, "get")
      assert.strictEqual(error.ref, "configmaps ns/x")
    }))

  live("a bomb of compressed zeros is too large as well", () =>
    Effect.gen(function*() {
      const server = yield* serve((_, response) =>
        response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(1_000_000)))
      )
      const client = yield* clientOf(server, { maxResponseBytes: 10_000 })
      const error = yield* Effect.flip(client.list(ConfigMapKind))
      assert.strictEqual(error.reason._tag, "Malformed")
    }))

  live("the server's wish to wait comes along", () =>
    Effect.gen(function*() {
      const server = yield* serve((_, response) => json(response, 429, "slow down", { "retry-after": "7" }))
      const client = yield* clientOf(server)
      const error = yield* Effect.flip(client.list(ConfigMapKind))
      assert.deepInclude(error.reason, { _tag: "TooManyRequests", retryAfterSeconds: 7 })
    }))

  live("a server that hangs up, that is silent, or that is not there is unreachable", () =>
    Effect.gen(function*() {
      const cut = yield* serve((request) => request.socket.destroy())
      const silent = yield* serve(() => {})
      const absent: Served = { ...silent, url: "https://127.0.0.1:1" }
      for (const server of [cut, silent, absent]) {
        const client = yield* clientOf(server, { timeout: Duration.millis(200) })
        const error = yield* Effect.flip(client.get(ConfigMapKind, { name: "x", namespace: "ns" }))
        assert.strictEqual(error.reason._tag, "Unreachable", server.url)
      }
    }))

  live(
    "a server that has answered, and then is silent or stops within its answer, is unreachable, and the request is aborted",
    () =>
      Effect.gen(function*() {
        for (const begin of [false, true]) {
          const aborted = yield* Deferred.make<void>()
          const server = yield* serve((request, response) => {
            if (server.requests().length === 1) return json(response, 200, emptyList)
            request.socket.once("close", () => Deferred.doneUnsafe(aborted, Effect.void))
            if (begin) response.writeHead(200, { "content-type": "application/json" }).write("{")
          })
          const client = yield* clientOf(server, { timeout: Duration.millis(200) })
          yield* client.list(ConfigMapKind)
          const error = yield* Effect.flip(client.list(ConfigMapKind))
          assert.deepInclude(error.reason, {
            _tag: "Unreachable",
            message: "expected an answer within 200ms, found none"
          })
          yield* Deferred.await(aborted).pipe(Effect.timeout(Duration.seconds(2)))
        }
      })
  )

  live("a server with a certificate of somebody else is not talked to", () =>
    Effect.gen(function*() {
      const server = yield* serve((_, response) => json(response, 200, emptyList))
      const other = yield* serve(() => {})
      const client = yield* clientOf({ ...server, certificateAuthority: other.certificateAuthority })
      const error = yield* Effect.flip(client.list(ConfigMapKind))
      assert.strictEqual(error.reason._tag, "Unreachable")
      assert.strictEqual(server.requests().length, 0)
    }))

  live("an interrupted request is aborted", () =>
    Effect.gen(function*() {
      const arrived = yield* Deferred.make<void>()
      const aborted = yield* Deferred.make<void>()
      const server = yield* serve((request) => {
        Deferred.doneUnsafe(arrived, Effect.void)
        request.socket.once("close", () => Deferred.doneUnsafe(aborted, Effect.void))
      })
      const client = yield* clientOf(server)
      const fiber = yield* Effect.forkScoped(client.list(ConfigMapKind))
      yield* Deferred.await(arrived)
      yield* Fiber.interrupt(fiber)
      yield* Deferred.await(aborted).pipe(Effect.timeout(Duration.seconds(2)))
    }))
})

describe("credentials", () => {
  /** Gives `token-1`, `token-2`, ... each time that they are forgotten. */
  const rotating = (server: Served) =>
    Effect.gen(function*() {
      const number = yield* Ref.make(1)
      const access: Access = {
        server: server.url,
        credentials: Effect.map(Ref.get(number), (number) => ({
          headers: { authorization: `Bearer token-${number}` },
          trust: { ca: server.certificateAuthority }
        })),
        forget: Ref.update(number, (number) => number + 1)
      }
      const connection = yield* connect(access, { connections: 1 })
      return Transport.make(
        connection,
        { timeout: Duration.seconds(5), maxResponseBytes: 1000 },
        makeReachability(server.url),
        makeServerClock(),
        yield* makeDeadlines
      )
    })

  const request = { operation: "get", ref: "x", method: "GET", path: "/x" } as const

  live("are looked up anew when the server refuses them, and the request is sent again", () =>
    Effect.gen(function*() {
      const server = yield* serve((request, response) =>
        json(response, request.headers.authorization === "Bearer token-2" ? 200 : 401, { metadata: {} })
      )
      const transport = yield* rotating(server)
      yield* transport.request(request)
      yield* transport.request(request)
      const tokens = server.requests().map(({ headers }) => headers.authorization)
      assert.deepStrictEqual(tokens, ["Bearer token-1", "Bearer token-2", "Bearer token-2"])
    }))

  live("that stay refused are an error after one more try", () =>
    Effect.gen(function*() {
      const server = yield* serve((_, response) => json(response, 401, {}))
      const transport = yield* rotating(server)
      const error = yield* Effect.flip(transport.request(request))
      assert.strictEqual(error.reason._tag, "Unauthorized")
      assert.strictEqual(server.requests().length, 2)
    }))
})

describe("streams", () => {
  live("do not take the places of requests", () =>
    Effect.gen(function*() {
      const server = yield* serve((request, response) => {
        if (request.url?.includes("watch") !== true) return json(response, 200, emptyList)
        response.writeHead(200).flushHeaders()
      })
      const client = yield* clientOf(server, { connections: 1 })
      const watches = Effect.forEach([1, 2, 3], () => Stream.runDrain(client.watch(ConfigMapKind)), { concurrency: 3 })
      yield* Effect.forkScoped(watches)
      yield* client.list(ConfigMapKind).pipe(Effect.timeout(Duration.seconds(2)))
    }))

  live(
    "fail with the refusal of the server, or when the connection breaks, after what came before",
    () =>
      Effect.gen(function*() {
        const refusing = yield* serve((_, response) => json(response, 403, { kind: "Status", message: "no" }))
        const breaking = yield* serve((request, response) => {
          response.write(`${JSON.stringify({ type: "ADDED", object })}\n`, () => request.socket.destroy())
        })
        for (const [server, want, events] of [[refusing, "Forbidden", 0], [breaking, "Unreachable", 1]] as const) {
          const client = yield* clientOf(server)
          const seen = yield* Ref.make(0)
          const watch = Stream.runForEach(client.watch(ConfigMapKind), () => Ref.update(seen, (count) => count + 1))
          const error = yield* Effect.flip(watch)
          assert.strictEqual(error.reason._tag, want)
          assert.strictEqual(yield* Ref.get(seen), events)
        }
      })
  )

  live("close their connection when they are left", () =>
    Effect.gen(function*() {
      const closed = yield* Deferred.make<void>()
      const server = yield* serve((request, response) => {
        request.socket.once("close", () => Deferred.doneUnsafe(closed, Effect.void))
        response.write(`${JSON.stringify({ type: "ADDED", object })}\n`)
      })
      const client = yield* clientOf(server)
      const first = yield* Stream.runHead(client.watch(ConfigMapKind))
      assert.strictEqual(first._tag, "Some")
      yield* Deferred.await(closed).pipe(Effect.timeout(Duration.seconds(2)))
    }))

  live("of logs are bytes as they come", () =>
    Effect.gen(function*() {
      const server = yield* serve((_, response) => {
        response.write("one\ntw")
        response.end(Buffer.from([0xff, 0x0a]))
      })
      const client = yield* clientOf(server)
      const chunks = yield* Stream.runCollect(client.podLogs(object.metadata, { follow: true, tailLines: 5 }))
      assert.deepStrictEqual(Buffer.concat(chunks), Buffer.concat([Buffer.from("one\ntw"), Buffer.from([0xff, 0x0a])]))
      assert.strictEqual(server.requests()[0]?.url, "/api/v1/namespaces/ns/pods/x/log?follow=true&tailLines=5")
    }))
})
