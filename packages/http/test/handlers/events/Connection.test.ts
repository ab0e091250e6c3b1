/** What follows runs over a socket: the request is over with the headers, and the hub writes on. */
import { assert, it } from "@effect/vitest"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { CodeRunKind, NamespaceKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect, Layer, Schedule } from "effect"
import { get, type IncomingMessage } from "node:http"
import { makeCodeRun, namespace } from "../../fixtures/Runs.ts"
import { raw, startServer } from "../../fixtures/TestServer.ts"

/** A connection of its own, with all that it has been sent. */
const connect = Effect.fnUntraced(function*(url: string, path = "/api/v1/events") {
  const response = yield* Effect.acquireRelease(
    Effect.callback<IncomingMessage>((resume) => {
      get(`${url}${path}`, { agent: false }, (answer) => resume(Effect.succeed(answer)))
    }),
    (answer) => Effect.sync(() => answer.destroy())
  )
  let text = ""
  let wait = () => {}
  response.on("data", (bytes: Buffer) => {
    text += bytes.toString()
    wait()
  })
  response.on("error", () => {})
  const until = (part: string) =>
    Effect.callback<void>((resume) => {
      wait = () => {
        if (text.includes(part)) resume(Effect.void)
      }
      wait()
    })
  const ended = Effect.callback<string>((resume) => {
    if (response.complete) return resume(Effect.succeed(text))
    response.on("end", () => resume(Effect.succeed(text)))
  })
  return { response, until, ended }
})

const served = Effect.fnUntraced(function*(options: Parameters<typeof startServer>[1] = {}) {
  const client = yield* KubernetesClient
  const { stop, url } = yield* startServer(Layer.succeed(KubernetesClient, client), options)
  return { client, stop, url }
})

it.live("tells of the namespace of its path alone", () =>
  Effect.gen(function*() {
    const { client, stop, url } = yield* served({ servesNamespace: (name) => name === "elsewhere" })
    yield* client.create(NamespaceKind, { metadata: { name: "elsewhere" } })
    const here = yield* connect(url)
    const there = yield* connect(url, "/namespaces/elsewhere/api/v1/events")
    yield* here.until("event: reset\n")
    yield* there.until("event: reset\n")
    for (const name of ["elsewhere", namespace]) {
      const run = makeCodeRun(`of-${name}`)
      yield* client.create(CodeRunKind, { ...run, metadata: { ...run.metadata, namespace: name } })
    }
    yield* here.until(`of-${namespace}`)
    yield* there.until("of-elsewhere")
    yield* stop
    assert.notInclude(yield* here.ended, "of-elsewhere")
    assert.notInclude(yield* there.ended, `of-${namespace}`)
  }).pipe(Effect.scoped, Effect.provide(layerMemory)))

it.live("has the headers of every answer, at the root and below the path of another namespace", () =>
  Effect.gen(function*() {
    const { stop, url } = yield* served({ servesNamespace: (namespace) => namespace === "elsewhere" })
    for (const path of ["/api/v1/events", "/namespaces/elsewhere/api/v1/events"]) {
      const { response: { headers, statusCode }, until } = yield* connect(url, path)
      yield* until("event: reset\n")
      assert.strictEqual(statusCode, 200)
      assert.strictEqual(headers["content-type"], "text/event-stream")
      assert.strictEqual(headers["x-accel-buffering"], "no")
      assert.strictEqual(headers["cache-control"], "no-store")
      assert.strictEqual(headers["x-content-type-options"], "nosniff")
      assert.match(String(headers["x-request-id"]), /./)
      assert.strictEqual(headers["content-length"], undefined)
    }
    yield* stop
  }).pipe(Effect.scoped, Effect.provide(layerMemory)))

it.live("is told that the server stops, and ends as an answer that is whole", () =>
  Effect.gen(function*() {
    const { client, stop, url } = yield* served()
    const { ended, response, until } = yield* connect(url)
    yield* until("event: reset\n")
    yield* client.create(CodeRunKind, makeCodeRun("a"))
    yield* until("event: run\n")
    yield* stop
    assert.match(yield* ended, /\n\nevent: end\ndata: \{"reason":"stopping","message":"[^"]+"\}\n\n$/)
    assert.isTrue(response.complete)
  }).pipe(Effect.scoped, Effect.provide(layerMemory)))

it.live("that ends makes room for another one, and the others are told on", () =>
  Effect.gen(function*() {
    const { client, stop, url } = yield* served({ maxConnections: 8 })
    const all = yield* Effect.replicateEffect(connect(url), 6)
    yield* Effect.forEach(all, ({ until }) => until("event: reset\n"))
    assert.strictEqual((yield* raw(url, { path: "/api/v1/events" })).status, 503)
    const [gone, ...others] = all
    gone?.response.destroy()
    const next = yield* connect(url).pipe(
      Effect.tap(({ response }) => Effect.sync(() => void (response.statusCode === 200 || response.destroy()))),
      Effect.repeat({ until: ({ response }) => response.statusCode === 200, schedule: Schedule.spaced("10 millis") })
    )
    yield* next.until("event: reset\n")
    yield* client.create(CodeRunKind, makeCodeRun("a"))
    yield* Effect.forEach([next, ...others], ({ until }) => until("event: run\n"))
    yield* stop
  }).pipe(Effect.scoped, Effect.provide(layerMemory)))
