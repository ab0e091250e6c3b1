/**
 * `node bench/list.ts [--runs 100] [--requests 400] [--rounds 5]`: requests per second, and CPU of each, for a list of so many runs, the most recent and
 * from the cache, by a client with a token over eight connections that are kept, against a server of a few lines that sends the same bytes; between them Effect's HTTP server with nothing
 * but those bytes. The whole product on the embedded cluster, in one process; the client is another.
 */
import { NodeFileSystem, NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { program as product } from "@orchestrator/cli/product/Program"
import { layerTelemetry } from "@orchestrator/cli/telemetry/Telemetry"
import { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { EmbeddedStore } from "@orchestrator/embedded/EmbeddedStore"
import { Server } from "@orchestrator/http/server/Server"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Leadership } from "@orchestrator/k8s/leadership/Leadership"
import { Console, Effect, Layer, References, Schema } from "effect"
import { HttpServer, HttpServerResponse } from "effect/http"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { config } from "./parts/Config.ts"
import { flags } from "./parts/Flags.ts"
import { listeners } from "./parts/Listening.ts"
import { formatRatio, measured, pairsOf, ratioOf } from "./parts/Ratio.ts"
import { codeRun, templates } from "./parts/Recorded.ts"

const { requests, rounds, runs } = flags({ runs: 100, requests: 400, rounds: 5 })

const namespace = "orchestrator"
const token = "bench-token"

const settings = Schema.decodeUnknownSync(OrchestratorConfig)({ ...config, auth: { tokens: "any" } })

const world = product({ config: settings, namespace, templates }).pipe(
  Layer.provideMerge(Leadership.layerAlone),
  Layer.provideMerge(layerMemory),
  Layer.provideMerge(layerTelemetry({ config: settings, namespace, instance: "bench" })),
  Layer.provide(NodeFileSystem.layer)
)

/** Sends the same bytes to everybody. */
const bareServer = Effect.fnUntraced(function*(text: string) {
  const body = Buffer.from(text, "latin1")
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body)
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    () => Effect.sync(() => void server.close().closeAllConnections())
  )
  const { port }: AddressInfo = JSON.parse(JSON.stringify(server.address()))
  return `http://127.0.0.1:${port}`
})

/** The same by Effect's server, which has no routes, no schemas and no rights to look at here. */
const effectServer = Effect.fnUntraced(function*(text: string) {
  const body = Buffer.from(text, "latin1")
  const server = yield* NodeHttpServer.make(createServer, { port: 0, host: "127.0.0.1" })
  yield* server.serve(Effect.succeed(HttpServerResponse.uint8Array(body, { contentType: "application/json" })))
  return HttpServer.formatAddress(server.address)
})

const program = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const { registerUser } = yield* EmbeddedStore
  const { url } = yield* Server
  yield* registerUser(token, { username: "bench", groups: [], allows: () => true })
  for (let index = 0; index < runs; index++) {
    // Nobody plays the other controllers: they stay as they are while they are asked for.
    yield* client.create(CodeRunKind, codeRun(namespace, `run-${index}`, `service-${index}`))
  }
  yield* Effect.sleep("3 seconds")
  const order = yield* listeners
  const asked = Effect.fnUntraced(function*(from: string, count = requests) {
    const answer = yield* order({ order: "ask", url: from, count, token })
    return answer.answer === "asked" ? answer : { seconds: Infinity, text: "" }
  })
  const ours = `${url}/api/v1/code-runs?limit=${runs}`
  const { text } = yield* asked(ours, 50)
  const cached = `${ours}&resourceVersion=0`
  const servers = { bare: yield* bareServer(text), effect: yield* effectServer(text), recent: ours, cached }
  const arms = ["bare", "effect", "recent", "cached"] as const
  for (const arm of arms) yield* asked(servers[arm], 50)
  const found = yield* measured(arms, rounds, (arm) =>
    Effect.gen(function*() {
      const cpu = process.cpuUsage()
      const { seconds } = yield* asked(servers[arm])
      const { system, user } = process.cpuUsage(cpu)
      const millis = (system + user) / 1000 / requests
      yield* Console.log(`  ${arm}: ${(requests / seconds).toFixed(0)} requests/s, ${millis.toFixed(2)} ms of CPU each`)
      return { rate: requests / seconds, millis }
    }))
  const ratio = (ours: typeof arms[number], theirs: typeof arms[number], of: "rate" | "millis") =>
    ratioOf(pairsOf(found, ours, theirs).map(([own, other]) => [own[of], other[of]] as const))
  yield* Console.log(`${runs} runs, ${(text.length / 1024).toFixed(0)} KB`)
  const atLeast = { limit: 0.6, atLeast: true }
  const atMost = { limit: 1 / 0.6 }
  const tell = (what: string, arm: typeof arms[number], other: string, theirs: typeof arms[number]) =>
    Effect.andThen(
      Console.log(formatRatio(`${what}, per second`, other, ratio(arm, theirs, "rate"), atLeast)),
      Console.log(formatRatio(`${what}, CPU`, other, ratio(arm, theirs, "millis"), atMost))
    )
  yield* tell("lists from the cache", "cached", "a bare node:http", "bare")
  yield* tell("lists from the cache", "cached", "the same bytes by Effect", "effect")
  yield* tell("the most recent lists", "recent", "a bare node:http", "bare")
  yield* tell("the same bytes by Effect", "effect", "a bare node:http", "bare")
}).pipe(Effect.scoped, Effect.provide(world))

NodeRuntime.runMain(Effect.provideService(program, References.MinimumLogLevel, "Error"))
