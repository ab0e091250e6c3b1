/**
 * `node bench/list.ts [--runs 100] [--requests 400] [--rounds 5]`: requests per second for a list of so many runs, by a client with a token over eight
 * connections that are kept, against a server of a few lines that sends the same bytes. The whole product on the embedded cluster, in one process; the
 * client is another.
 */
import { NodeFileSystem, NodeRuntime } from "@effect/platform-node"
import { program as product } from "@orchestrator/cli/product/Program"
import { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { EmbeddedStore } from "@orchestrator/embedded/EmbeddedStore"
import { Server } from "@orchestrator/http/server/Server"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Leadership } from "@orchestrator/k8s/leadership/Leadership"
import { Console, Effect, Layer, References, Schema } from "effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { config } from "./parts/Config.ts"
import { flags } from "./parts/Flags.ts"
import { listeners } from "./parts/Listening.ts"
import { compared, formatRatio, ratioOf } from "./parts/Ratio.ts"
import { codeRun, templates } from "./parts/Recorded.ts"

const { requests, rounds, runs } = flags({ runs: 100, requests: 400, rounds: 5 })

const namespace = "orchestrator"
const token = "bench-token"

const settings = Schema.decodeUnknownSync(OrchestratorConfig)({ ...config, auth: { tokens: "any" } })

const world = product({ config: settings, namespace, templates }).pipe(
  Layer.provideMerge(Leadership.layerAlone),
  Layer.provideMerge(layerMemory),
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
  const theirs = yield* bareServer(text)
  yield* asked(theirs, 50)
  const pairs = yield* compared(["bare", "product"] as const, rounds, (how) =>
    Effect.gen(function*() {
      const cpu = process.cpuUsage()
      const { seconds } = yield* asked(how === "bare" ? theirs : ours)
      const { system, user } = process.cpuUsage(cpu)
      yield* Console.log(
        `  ${how}: ${(requests / seconds).toFixed(0)} requests/s, ${
          ((system + user) / 1000 / requests).toFixed(2)
        } ms of CPU each`
      )
      return requests / seconds
    }))
  yield* Console.log(`${runs} runs, ${(text.length / 1024).toFixed(0)} KB`)
  yield* Console.log(
    formatRatio("lists per second", "a bare node:http", ratioOf(pairs), { limit: 0.6, atLeast: true })
  )
}).pipe(Effect.scoped, Effect.provide(world))

NodeRuntime.runMain(Effect.provideService(program, References.MinimumLogLevel, "Error"))
