import { assert, describe, layer, live } from "@effect/vitest"
import { ConfigMapKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Context, Duration, Effect, Exit, Fiber, Layer, Predicate, Queue, Redacted, Scope, Stream } from "effect"
import { gunzipSync } from "node:zlib"
import { Agent, request } from "undici"
import { WireServer } from "../../src/wire/WireServer.ts"
import { type Answered, liveClient, makeAsk, served } from "./Served.ts"

const json = ({ text }: Answered): unknown => JSON.parse(text)

const at = (value: unknown, ...path: ReadonlyArray<string | number>): unknown =>
  path.reduce((value, key) => Predicate.hasProperty(value, key) ? value[key] : undefined, value)

const maps = "/api/v1/namespaces/default/configmaps"

const table = "application/json;as=Table;v=v1;g=meta.k8s.io"

layer(served(), { excludeTestServices: true })("WireServer", (it) => {
  describe("callers", () => {
    it.effect.each([
      { name: "no token", path: "/api", headers: { authorization: "" }, want: 401 },
      { name: "no token at health", path: "/livez", headers: { authorization: "" }, want: 200 },
      { name: "a web page", path: "/api", headers: { origin: "https://example.com" }, want: 403 },
      { name: "a rebound name", path: "/api", headers: { host: "example.com" }, want: 403 },
      { name: "the token", path: "/api", headers: {}, want: 200 }
    ])("$name gets $want", ({ headers, path, want }) =>
      Effect.gen(function*() {
        const ask = yield* makeAsk
        const answer = yield* ask(path, { headers })
        assert.strictEqual(answer.status, want)
      }))

    it.effect("the kubeconfig has what a client needs", () =>
      Effect.gen(function*() {
        const { certificateAuthority, kubeconfig, token, url } = yield* WireServer
        const config: unknown = JSON.parse(kubeconfig)
        const cluster = at(config, "clusters", 0, "cluster")
        assert.strictEqual(at(cluster, "server"), url)
        const authority = Buffer.from(String(at(cluster, "certificate-authority-data")), "base64").toString()
        assert.strictEqual(authority, certificateAuthority)
        assert.strictEqual(at(config, "users", 0, "user", "token"), Redacted.value(token))
      }))
  })

  describe("refusals are Status objects", () => {
    it.effect.each(
      [
        { name: "a path that is nothing", path: "/nothing", asked: {}, code: 404, reason: "NotFound" },
        {
          name: "a kind that is not served",
          path: "/apis/apps/v1/deployments",
          asked: {},
          code: 404,
          reason: "NotFound"
        },
        { name: "an object without its namespace", path: "/api/v1/pods/x", asked: {}, code: 404, reason: "NotFound" },
        { name: "an object that is not there", path: `${maps}/x`, asked: {}, code: 404, reason: "NotFound" },
        { name: "a method that is none", path: maps, asked: { method: "PUT" }, code: 405, reason: "MethodNotAllowed" },
        {
          name: "a body that is broken",
          path: maps,
          asked: { method: "POST", body: "{" },
          code: 400,
          reason: "BadRequest"
        },
        {
          name: "protobuf wanted only",
          path: maps,
          asked: { headers: { accept: "application/vnd.kubernetes.protobuf" } },
          code: 406,
          reason: "NotAcceptable"
        },
        {
          name: "a body of another type",
          path: maps,
          asked: { method: "POST", body: "x", headers: { "content-type": "application/cbor" } },
          code: 415,
          reason: "UnsupportedMediaType"
        },
        {
          name: "a body that is too large",
          path: maps,
          asked: { method: "POST", body: `{"x":"${"x".repeat(4 * 1024 * 1024)}"}` },
          code: 413,
          reason: "RequestEntityTooLarge"
        },
        {
          name: "an apply without a manager",
          path: `${maps}/x`,
          asked: { method: "PATCH", body: "{}", headers: { "content-type": "application/apply-patch+yaml" } },
          code: 422,
          reason: "Invalid"
        }
      ] as const
    )("$name", ({ asked, code, path, reason }) =>
      Effect.gen(function*() {
        const ask = yield* makeAsk
        const answer = yield* ask(path, asked)
        assert.strictEqual(answer.status, code)
        assert.deepInclude(json(answer), { kind: "Status", status: "Failure", reason, code })
      }))
  })

  describe("objects", () => {
    it.effect("that are refused are named, also where the path does not name them", () =>
      Effect.gen(function*() {
        const ask = yield* makeAsk
        const runs = "/apis/orchestrator.platform/v1/namespaces/default/coderuns"
        const body = JSON.stringify({
          apiVersion: "orchestrator.platform/v1",
          kind: "CodeRun",
          metadata: { name: "x" }
        })
        const invalid = json(yield* ask(runs, { method: "POST", body }))
        assert.deepInclude(at(invalid, "details"), { name: "x", kind: "CodeRun", group: "orchestrator.platform" })
        const missing = json(yield* ask(`${runs}/x`))
        assert.deepStrictEqual(at(missing, "details"), { name: "x", kind: "coderuns", group: "orchestrator.platform" })
      }))

    it.effect("that are applied are created or changed", () =>
      Effect.gen(function*() {
        const ask = yield* makeAsk
        const headers = { "content-type": "application/apply-patch+yaml" }
        const apply = ask(`${maps}/applied?fieldManager=me`, {
          method: "PATCH",
          headers,
          body: "{apiVersion: v1, kind: ConfigMap, data: {a: '1'}}"
        })
        assert.strictEqual((yield* apply).status, 201)
        assert.strictEqual((yield* apply).status, 200)
      }))

    it.effect("are created from YAML, read as objects, tables and metadata, and deleted", () =>
      Effect.gen(function*() {
        const ask = yield* makeAsk
        const headers = { "content-type": "application/yaml" }
        const created = yield* ask(maps, { method: "POST", headers, body: "metadata: {name: yaml}\ndata: {a: '1'}\n" })
        assert.strictEqual(created.status, 201)
        assert.strictEqual(at(json(created), "metadata", "namespace"), "default")

        const shown = json(yield* ask(`${maps}/yaml`, { headers: { accept: table } }))
        assert.deepStrictEqual(at(shown, "rows", 0, "cells", 0), "yaml")
        assert.deepStrictEqual(at(shown, "rows", 0, "cells", 1), 1)
        const metadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
        const partial = json(yield* ask(`${maps}/yaml`, { headers: { accept: metadata } }))
        assert.strictEqual(at(partial, "kind"), "PartialObjectMetadata")
        assert.isUndefined(at(partial, "data"))

        const gone = json(yield* ask(`${maps}/yaml`, { method: "DELETE" }))
        assert.deepInclude(gone, { kind: "Status", status: "Success" })
        assert.strictEqual(at(gone, "details", "uid"), at(json(created), "metadata", "uid"))
        assert.strictEqual((yield* ask(`${maps}/yaml`)).status, 404)
      }))

    it.effect("a collection is deleted by selector", () =>
      Effect.gen(function*() {
        const ask = yield* makeAsk
        for (const [name, team] of [["one", "a"], ["two", "a"], ["three", "b"]]) {
          yield* ask(maps, { method: "POST", body: JSON.stringify({ metadata: { name, labels: { team } } }) })
        }
        yield* ask(`${maps}?labelSelector=team%3Da`, { method: "DELETE" })
        const left = at(json(yield* ask(`${maps}?labelSelector=team`)), "items")
        assert.deepStrictEqual(Array.isArray(left) ? left.map((item) => at(item, "metadata", "name")) : left, ["three"])
      }))

    it.effect("large answers are compressed where the client takes it", () =>
      Effect.gen(function*() {
        const { certificateAuthority, token, url } = yield* WireServer
        const client = yield* KubernetesClient
        const data = { big: "x".repeat(200_000) }
        yield* client.create(ConfigMapKind, { metadata: { name: "big", namespace: "default" }, data })
        const agent = new Agent({ connect: { ca: certificateAuthority } })
        const [encoding, body] = yield* Effect.promise(async () => {
          const headers = { authorization: `Bearer ${Redacted.value(token)}`, "accept-encoding": "gzip" }
          const answer = await request(`${url}${maps}/big`, { dispatcher: agent, headers })
          return [answer.headers["content-encoding"], Buffer.from(await answer.body.bytes())] as const
        }).pipe(Effect.ensuring(Effect.promise(() => agent.destroy())))
        assert.strictEqual(encoding, "gzip")
        assert.isBelow(body.length, 10_000)
        assert.deepStrictEqual(at(JSON.parse(gunzipSync(body).toString()), "data"), data)
      }))

    it.effect("self reviews are answered whatever the client encodes them in", () =>
      Effect.gen(function*() {
        const ask = yield* makeAsk
        const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        const answer = yield* ask(path, { method: "POST", body: `{"spec":{}}` })
        assert.strictEqual(at(json(answer), "status", "allowed"), true)
      }))
  })
})

const namesOf = (client: KubernetesClient["Service"], events: Queue.Queue<string>) =>
  client.watch(ConfigMapKind, { namespace: "default" }).pipe(
    Stream.runForEach(({ object }) => Queue.offer(events, object.metadata.name ?? "")),
    Effect.exit
  )

describe("a watch over HTTP", () => {
  live("delivers events as they happen, and ends cleanly and soon when the server stops", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(served(), scope)
      const events = yield* Queue.unbounded<string>()
      const wire = Context.get(context, WireServer)
      const own = Context.get(context, KubernetesClient)
      const live = yield* Layer.build(liveClient.pipe(Layer.provide(Layer.succeed(WireServer, wire))))
      const watching = yield* Effect.forkScoped(namesOf(Context.get(live, KubernetesClient), events))
      for (const name of ["a", "b"]) {
        yield* own.create(ConfigMapKind, { metadata: { name, namespace: "default" } })
        assert.strictEqual(yield* Queue.take(events).pipe(Effect.timeout(Duration.seconds(2))), name)
      }
      yield* Scope.close(scope, Exit.void).pipe(Effect.timeout(Duration.seconds(1)))
      const exit = yield* Fiber.join(watching).pipe(Effect.timeout(Duration.seconds(1)))
      assert.deepStrictEqual(exit, Exit.void)
    }))

  live("a port in use is told with its number, and the flag that chooses another", () =>
    Effect.gen(function*() {
      const { port } = yield* WireServer
      const error = yield* Effect.flip(Effect.scoped(Layer.build(served({ port }))))
      assert.strictEqual(error._tag, "WireServerError")
      assert.include(error.message, String(port))
      assert.include(error.message, "--kube-port")
    }).pipe(Effect.provide(served())))
})
