import { assert, describe, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { EmbeddedStore } from "@orchestrator/embedded/EmbeddedStore"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Context, Deferred, Duration, Effect, Fiber, Layer, Logger, Stream } from "effect"
import { Server, type ServerOptions } from "../../src/server/Server.ts"
import { codeSpec, makeCodeRun, namespace, newCodeSpec } from "../fixtures/Runs.ts"
import { clientOf, halfSent, raw, serverOver, startServer } from "../fixtures/TestServer.ts"

const json = { "content-type": "application/json" }
const create = "/api/v1/code-runs"

const serving = <A, E, R>(use: (url: string) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(Server, ({ url }) => use(url)).pipe(Effect.provide(serverOver(layerMemory)))

describe("over a socket", () => {
  it.live("the typed client does what it does in memory", () =>
    serving((url) =>
      Effect.gen(function*() {
        const { codeRuns, health } = yield* OrchestratorClient
        assert.strictEqual((yield* health({})).version, "1.2.3")
        const made = yield* codeRuns.create({ headers: {}, payload: { name: "a", spec: codeSpec } })
        assert.strictEqual(made.spec?.service, "payments")
        assert.strictEqual((yield* codeRuns.get({ params: { name: "a" } })).uid, made.uid)
        const refused = yield* Effect.flip(codeRuns.create({ headers: {}, payload: { name: "a", spec: codeSpec } }))
        assert.strictEqual(refused._tag, "NameTaken")
        yield* codeRuns.delete({ params: { name: "a" } })
        const missing = yield* Effect.flip(codeRuns.get({ params: { name: "a" } }))
        assert.strictEqual(missing._tag, "RunNotFound")
        if (missing._tag === "RunNotFound") assert.match(missing.requestId ?? "", /^[0-9a-f]{24}$/)
      }).pipe(Effect.provide(clientOf(url)))
    ))

  it.live("says nothing of what it is made of", () =>
    serving((url) =>
      Effect.gen(function*() {
        const { headers } = yield* raw(url, { path: "/health" })
        assert.isUndefined(headers["server"])
        assert.isUndefined(headers["x-powered-by"])
      })
    ))

  it.live.each(["/api/v1/code-runs/%2e%2e/files", "/api/v1/code-runs/..%2fsecrets"])(
    "a path is not a way to other objects: %s",
    (path) =>
      serving((url) =>
        Effect.gen(function*() {
          const { status, text } = yield* raw(url, { path })
          assert.deepStrictEqual([status, JSON.parse(text).type], [400, "urn:orchestrator:problem:invalid-request"])
        })
      )
  )

  it.live("a name may have as many characters as Kubernetes takes", () =>
    serving((url) =>
      Effect.gen(function*() {
        const { status, text } = yield* raw(url, { path: `/api/v1/code-runs/${"a".repeat(253)}` })
        assert.deepStrictEqual([status, JSON.parse(text).type], [404, "urn:orchestrator:problem:run-not-found"])
      })
    ))

  it.live("HEAD answers like GET, without a body", () =>
    serving((url) =>
      Effect.gen(function*() {
        const { status, text } = yield* raw(url, { method: "HEAD", path: "/health" })
        assert.deepStrictEqual([status, text], [200, ""])
      })
    ))
})

describe("bodies over a socket", () => {
  const mebibyte = new TextEncoder().encode(" ".repeat(1024 * 1024))
  const run = new TextEncoder().encode(JSON.stringify({ spec: newCodeSpec }))

  it.live.each([create, "/api/v1/pm/tasks", `${create}/a/retry`])(
    "are counted while they come: %s",
    (path) =>
      serving((url) =>
        Effect.gen(function*() {
          const reply = yield* raw(url, { method: "POST", path, headers: json, chunks: [mebibyte, run], end: false })
          assert.deepStrictEqual(
            [reply.status, JSON.parse(reply.text).type],
            [413, "urn:orchestrator:problem:body-too-large"]
          )
        })
      )
  )

  it.live("may have as many bytes as the limit", () =>
    serving((url) =>
      Effect.gen(function*() {
        const reply = yield* raw(url, {
          method: "POST",
          path: create,
          headers: json,
          chunks: [mebibyte.subarray(run.length), run]
        })
        assert.strictEqual(reply.status, 201)
      })
    ))
})

describe("starting", () => {
  const refusal = (host: string, port = 0) => Effect.flip(Layer.build(serverOver(layerMemory, { host, port })))

  const everywhere = (auth: Partial<ServerOptions["auth"]>) => ({
    host: "0.0.0.0",
    auth: { mode: "kubernetes" as const, audiences: [], allowUnauthenticated: false, ...auth }
  })

  const warnings = (lines: Array<string>) =>
    Logger.layer([Logger.make(({ logLevel, message }) => void (logLevel === "Warn" && lines.push(String(message))))])

  it.live.each(["0.0.0.0", "::", "192.0.2.1", "example.com"])(
    "on %s without authentication is refused",
    (host) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* refusal(host)).reason, "NotLoopback")
      })
  )

  it.live("without authentication where others reach it takes a word that it is meant, and warns", () => {
    const lines: Array<string> = []
    return Effect.gen(function*() {
      const { stop, url } = yield* startServer(layerMemory, everywhere({ mode: "none", allowUnauthenticated: true }))
      assert.strictEqual((yield* raw(url, { path: create })).status, 200)
      yield* stop
      assert.lengthOf(lines, 1)
      assert.include(lines[0] ?? "", "auth.mode")
    }).pipe(Effect.provide(warnings(lines)))
  })

  it.live.each([
    { name: "others reach it", options: everywhere({}), want: 401 },
    { name: "others reach it, though it may be open", options: everywhere({ allowUnauthenticated: true }), want: 401 },
    { name: "only this machine reaches it", options: { ...everywhere({}), host: "127.0.0.1" }, want: 401 },
    {
      name: "only this machine reaches it, when none is written",
      options: { ...everywhere({ mode: "none" }), host: "127.0.0.1" },
      want: 200
    }
  ])("answers a request without a token with $want where $name", ({ options, want }) => {
    const lines: Array<string> = []
    return Effect.gen(function*() {
      const { stop, url } = yield* startServer(layerMemory, options)
      assert.strictEqual((yield* raw(url, { path: create })).status, want)
      assert.strictEqual((yield* raw(url, { path: "/health" })).status, 200)
      yield* stop
      assert.lengthOf(lines, want === 200 ? 1 : 0)
    }).pipe(Effect.provide(warnings(lines)))
  })

  it.live("the typed client brings its token", () =>
    Effect.gen(function*() {
      const cluster = yield* Layer.build(layerMemory)
      const store = Context.get(cluster, EmbeddedStore)
      yield* store.registerUser("obviously-fake", { username: "jane", allows: ({ verb }) => verb === "list" })
      const { stop, url } = yield* startServer(Layer.succeedContext(cluster), everywhere({}))
      const asking = (token?: string) =>
        Effect.gen(function*() {
          const { codeRuns } = yield* OrchestratorClient
          assert.deepStrictEqual((yield* codeRuns.list({ query: {} })).items, [])
          return yield* codeRuns.get({ params: { name: "a" } })
        }).pipe(Effect.provide(clientOf(url, token)), Effect.flip)
      assert.strictEqual((yield* asking())._tag, "Unauthenticated")
      assert.strictEqual((yield* asking("another"))._tag, "Unauthenticated")
      const refused = yield* asking("obviously-fake")
      assert.deepStrictEqual(refused._tag === "PermissionMissing" ? [refused.user, refused.missing] : refused._tag, [
        "jane",
        [{ verb: "get", resource: "coderuns.orchestrator.platform", namespace, name: "a" }]
      ])
      yield* stop
    }).pipe(Effect.scoped))

  it.live("on a port in use says so", () =>
    serving((url) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* refusal("127.0.0.1", Number(new URL(url).port))).reason, "PortInUse")
      })
    ))

  it.live("on an address of another machine says so", () =>
    Effect.gen(function*() {
      assert.include(["AddressUnknown", "Failed"], (yield* refusal("127.0.0.1.localhost")).reason)
    }))
})

describe("stopping", () => {
  /** A cluster whose answer to `get` is held back. */
  const holding = Effect.gen(function*() {
    const asked = yield* Deferred.make<void>()
    const release = yield* Deferred.make<void>()
    const cluster = Layer.mock(KubernetesClient, {
      get: (kind, { name }) =>
        Effect.gen(function*() {
          yield* Deferred.succeed(asked, undefined)
          yield* Deferred.await(release)
          const client = yield* KubernetesClient
          yield* client.create(CodeRunKind, makeCodeRun(name))
          return yield* client.get(kind, { name, namespace })
        }).pipe(Effect.provide(layerMemory))
    })
    return { asked: Deferred.await(asked), release: Deferred.succeed(release, undefined), cluster }
  })

  it.live("lets a request finish, and takes no new one", () =>
    Effect.gen(function*() {
      const { asked, cluster, release } = yield* holding
      const { stop, url } = yield* startServer(cluster)
      const asking = yield* Effect.forkChild(raw(url, { path: `${create}/a` }))
      yield* asked
      const stopping = yield* Effect.forkChild(stop)
      yield* Effect.flip(raw(url, { path: "/health" })).pipe(Effect.retry({ times: 200 }))
      assert.isUndefined(stopping.pollUnsafe())
      yield* release
      assert.strictEqual((yield* Fiber.join(asking)).status, 200)
      yield* Fiber.join(stopping)
    }))

  it.live("cuts off a request that does not finish in time", () =>
    Effect.gen(function*() {
      const { asked, cluster } = yield* holding
      const { stop, url } = yield* startServer(cluster, { grace: "50 millis" })
      const asking = yield* Effect.forkChild(Effect.exit(raw(url, { path: `${create}/a` })))
      yield* asked
      const [duration] = yield* Effect.timed(stop)
      assert.isBelow(Duration.toMillis(duration), 2000)
      const ended = yield* Fiber.join(asking)
      assert.isTrue(ended._tag === "Failure" || ended.value.status === 503)
    }))

  const head = `POST ${create} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`

  it.live.each([
    { half: "headers", text: head },
    { half: "a body", text: `${head}Content-Length: 100\r\n\r\n{` }
  ])("closes a connection on which half of $half came", ({ text }) =>
    Effect.gen(function*() {
      const { stop, url } = yield* startServer(layerMemory, { grace: "50 millis" })
      const { closed } = yield* halfSent(url, text)
      const [duration] = yield* Effect.timed(stop)
      assert.isBelow(Duration.toMillis(duration), 2000)
      yield* closed
    }))

  it.live("ends a log that is followed, at once and in good order", () =>
    Effect.gen(function*() {
      const job = { "batch.kubernetes.io/job-name": "code-a" }
      const cluster = Layer.mock(KubernetesClient, {
        get: () => Effect.succeed(Object(makeCodeRun("a", { status: { jobName: "code-a" } }))),
        list: () =>
          Effect.succeed({
            metadata: { resourceVersion: "1" },
            items: [Object({
              metadata: { name: "code-a-x", namespace, labels: job },
              spec: { containers: [{ name: "claude" }] },
              status: { containerStatuses: [{ name: "claude", state: { running: {} } }] }
            })]
          }),
        podLogs: () => Stream.concat(Stream.make(new TextEncoder().encode("working\n")), Stream.never)
      })
      const { stop, url } = yield* startServer(cluster, { grace: "10 seconds" })
      const begun = yield* Deferred.make<void>()
      const text = yield* Effect.gen(function*() {
        const { codeRuns } = yield* OrchestratorClient
        const log = yield* codeRuns.logs({ params: { name: "a" }, query: { follow: true } })
        return yield* log.pipe(
          Stream.decodeText,
          Stream.tap(() => Deferred.succeed(begun, undefined)),
          Stream.mkString
        )
      }).pipe(Effect.provide(clientOf(url)), Effect.forkChild)
      yield* Deferred.await(begun)
      const [duration] = yield* Effect.timed(stop)
      assert.isBelow(Duration.toMillis(duration), 2000)
      assert.strictEqual(yield* Fiber.join(text), "working\n")
    }))
})
