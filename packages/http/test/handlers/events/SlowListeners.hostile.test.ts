/** Clients that follow events and do not read them: nobody else waits for them, what waits for them is bounded, and they learn that they lost some. */
import { assert, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect, Layer, Queue, Stream } from "effect"
import { connect } from "node:net"
import { makeCodeRun } from "../../fixtures/Runs.ts"
import { clientOf, raw, startServer } from "../../fixtures/TestServer.ts"

/** Several times what the log keeps and what the kernel takes for a reader. */
const changes = 400
const prompt = "x".repeat(60_000)

/** Asks for events and reads nothing before it is told to; answers then with the end of what came. */
const notReading = Effect.fnUntraced(function*(url: string) {
  const { hostname, port } = new URL(url)
  const socket = yield* Effect.acquireRelease(
    Effect.sync(() => connect(Number(port), hostname)),
    (open) => Effect.sync(() => open.destroy())
  )
  const begun = Effect.callback<void>((resume) => void socket.once("readable", () => resume(Effect.void)))
  socket.on("error", () => {}).write(`GET /api/v1/events HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`)
  yield* begun
  let tail = ""
  return {
    rest: Effect.callback<string>((resume) => {
      socket.on("close", () => resume(Effect.succeed(tail)))
      socket.on("data", (chunk) => (tail = (tail + chunk).slice(-2000)))
    })
  }
})

it.live("a client that reads nothing holds up nobody, and is told in the end that it fell behind", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const { stop, url } = yield* startServer(Layer.succeed(KubernetesClient, client))
    const slow = yield* notReading(url)
    const told = yield* Queue.unbounded<string>()
    yield* Effect.gen(function*() {
      const { events } = yield* OrchestratorClient
      const stream = yield* events.follow({ query: {}, headers: {} })
      // On a slow machine there is time for a heartbeat in between.
      const news = Stream.filter(stream, ({ event }) => event !== "heartbeat")
      yield* Effect.forkScoped(Stream.runForEach(news, (event) => Queue.offer(told, event.event)))
      assert.strictEqual(yield* Queue.take(told), "reset")
      for (let index = 0; index < changes; index++) {
        yield* client.create(CodeRunKind, makeCodeRun(`run-${index}`, { spec: { prompt } }))
        assert.strictEqual(yield* Queue.take(told), "run")
      }
    }).pipe(Effect.provide(clientOf(url)))
    const end = yield* slow.rest
    assert.match(end, /event: end\ndata: \{"reason":"behind","message":"[^"]+"\}\n\n\r\n0\r\n\r\n$/)
    yield* stop
  }).pipe(Effect.scoped, Effect.provide(layerMemory)))

it.live("there are no more streams than leave connections for requests", () =>
  Effect.gen(function*() {
    const { stop, url } = yield* startServer(layerMemory, { maxConnections: 8 })
    yield* Effect.replicateEffect(notReading(url), 6)
    const refused = yield* raw(url, { path: "/api/v1/events" })
    assert.deepStrictEqual([refused.status, JSON.parse(refused.text).type], [
      503,
      "urn:orchestrator:problem:too-many-streams"
    ])
    assert.strictEqual(refused.headers["retry-after"], "30")
    assert.strictEqual((yield* raw(url, { path: "/api/v1/code-runs" })).status, 200)
    yield* stop
  }).pipe(Effect.scoped))
